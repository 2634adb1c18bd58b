import { canonicalJson } from '../domain/canonical-json.ts';
import type { Proposal } from '../domain/proposal.ts';
import { sha256Hex } from './digest.ts';

/** A plan without what is made from its hash, or settled after it: the approval row holds the expiry. */
export type HashedPlan = Omit<Proposal, 'planHash' | 'seal' | 'expiresAtMs'>;

/**
 * What an approval binds and the claim is named after: SHA-256 (hex) over everything that the plan says. That is what is
 * done (request with UID and params, exact mutation, digest of what it was planned on, order) and every word that a person
 * reads before saying yes (title, why, diffs, reach, undo, preconditions, checks): nothing of a card can be changed unseen.
 */
export function planHash(plan: HashedPlan): string {
  const { planHash: _hash, seal: _seal, expiresAtMs: _expiry, ...bound }: Partial<Proposal> = plan;
  return sha256Hex(canonicalJson(bound));
}
