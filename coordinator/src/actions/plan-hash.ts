import type { PlannedAction } from '../domain/action.ts';
import { canonicalJson } from '../domain/canonical-json.ts';
import { sha256Hex } from './digest.ts';

/**
 * What an approval binds and the claim is named after: SHA-256 (hex) over the proposal's id and, of every step, the
 * request with its target's UID and params, the exact mutation, and the digest of what it was planned on.
 */
export function planHash(proposalId: string, steps: readonly PlannedAction[]): string {
  const bound = steps.map(({ request, mutation, digest }) => ({ request, mutation, digest }));
  return sha256Hex(canonicalJson({ proposalId, steps: bound }));
}
