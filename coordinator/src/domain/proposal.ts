import { z } from 'zod';
import { PlannedAction } from './action.ts';
import { CauseId } from './cause.ts';

/** `advise`: pathmedic has no mutating rights and says what a person would run. `remediate`: the executor may act once approved. */
export const Mode = z.enum(['advise', 'remediate']);
export type Mode = z.infer<typeof Mode>;

/** A remediation plan up for approval. One approval covers the whole plan; steps run in order and stop at the first that fails. */
export const Proposal = z.strictObject({
  /** Random and opaque; the value of the buttons. */
  id: z.string().min(16).max(64),
  cause: CauseId,
  mode: Mode,
  /** One line: what the plan does. */
  title: z.string().min(1).max(200),
  why: z.string().min(1).max(600),
  steps: z.array(PlannedAction).min(1).max(5),
  /** SHA-256 (hex) over everything here but the seal and the expiry: what an approval binds and the claim is named after. */
  planHash: z.string().length(64),
  /**
   * HMAC of the coordinator that made the plan, with a key that is not in the store. Plans from before version 2 of the
   * events have none; they are never carried out.
   */
  seal: z.string().length(64).optional(),
  dryRun: z.enum(['server-passed', 'local-validated']),
  verification: z.string().max(400),
  expiresAtMs: z.number().int(),
  /** Minimal number of distinct principals that must approve. */
  approvalsNeeded: z.number().int().min(1).max(2),
});
export type Proposal = z.infer<typeof Proposal>;

/** A change that belongs to where an object comes from: what would be done here if it were not put back. */
export const SourceChange = z.strictObject({
  title: z.string().min(1).max(200),
  /** Who manages the object, and where the change goes; null where nobody does and it is made by hand. */
  where: z.string().max(400).nullable(),
  diff: z.string().max(20_000),
  byHand: z.string().max(30_000),
});
export type SourceChange = z.infer<typeof SourceChange>;

/** To the cluster owners: no action of the catalogue may do this. */
export const Escalation = z.strictObject({
  cause: CauseId,
  title: z.string().min(1).max(200),
  why: z.string().max(800),
  options: z.array(z.string().max(400)).max(6),
  /** In order; absent where there is nothing to show. */
  changes: z.array(SourceChange).max(5).optional(),
});
export type Escalation = z.infer<typeof Escalation>;
