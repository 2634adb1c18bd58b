import { z } from 'zod';
import { AgentIdentity } from './identity.ts';
import { HostReading } from './host-reading.ts';
import { OutcomeKind, ProbePhase, SizeLoss } from './outcome.ts';
import { PathId } from './plan.ts';

const count = z.number().int().min(0).max(1_000_000);
const seconds = z.number().min(0).max(3600);

/** One path in one window: counts by outcome, and a few samples of what went wrong. */
export const PathWindow = z.strictObject({
  pathId: PathId,
  sent: count,
  ok: count,
  /** Counts of every outcome but `ok`; sums with `ok` to `sent`. */
  failures: z.partialRecord(OutcomeKind, count),
  /** Round-trip times of the successful probes. */
  rtt: z.strictObject({ p50Seconds: seconds, p95Seconds: seconds, maxSeconds: seconds }).optional(),
  samples: z
    .array(
      z.strictObject({
        outcome: OutcomeKind,
        phase: ProbePhase,
        detail: z.string().max(120).optional(),
      }),
    )
    .max(3),
  /** What the last probe that ended as `large-lost` found out. */
  sizeLoss: SizeLoss.optional(),
});
export type PathWindow = z.infer<typeof PathWindow>;

/** One path of one check: like a window, tied to the nonce in the plan. */
export const CheckWindow = z.strictObject({ nonce: z.string().min(8).max(64), ...PathWindow.shape });
export type CheckWindow = z.infer<typeof CheckWindow>;

/** One report a window. `seq` grows by one within a `bootId`; a repeat of (bootId, seq) is dropped by the receiver. */
export const Report = z.strictObject({
  schema: z.literal(1),
  agent: AgentIdentity,
  seq: z.number().int().min(0),
  planVersion: z.string().max(64),
  /** Agent's clock, milliseconds since the epoch: for reading only. Order is by receipt. */
  windowStartedAtMs: z.number().int().min(0),
  windowMs: z.number().int().min(100).max(120_000),
  /** Why this window says little about the network (event loop lag, CPU throttling), or absent. */
  impaired: z.string().max(120).optional(),
  paths: z.array(PathWindow).max(2000),
  checks: z.array(CheckWindow).max(2000),
  /** What the node's kernel says of its network: from host agents, when it changed and now and then. */
  host: HostReading.optional(),
  /** Windows lost from the bounded spool since the last delivered report. */
  droppedWindows: count,
});
export type Report = z.infer<typeof Report>;

/** Answer to an accepted report: the version of the plan the agent should run now. */
export const ReportAccepted = z.strictObject({ planVersion: z.string().max(64) });
export type ReportAccepted = z.infer<typeof ReportAccepted>;

/** Body of 421: another replica leads; send reports there. */
export const MisdirectedReport = z.object({ leader: z.string().url().nullable() });
export type MisdirectedReport = z.infer<typeof MisdirectedReport>;

/** Header of the leader's answers to agents: the URL of this very replica, past the Service in front of it. */
export const leaderHeader = 'pathmedic-leader';
