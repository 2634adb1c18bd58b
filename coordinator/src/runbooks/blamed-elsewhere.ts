import type { CauseId } from '../domain/cause.ts';
import type { Situation } from '../facts/cluster-facts.ts';
import { matchSignatures } from './match-signatures.ts';
import type { Weighed } from './weigh.ts';

/** Reasons for which a restarted agent cannot come back: restarting it would take a working data plane down. */
const NOT_BY_RESTART: readonly CauseId[] = [
  'cni-rbac-or-cert-expired',
  'datastore-or-apiserver-unreachable',
  'node-cidr-not-assigned',
  'ipam-conflict-or-overlap',
  'stale-cni-state',
];

/** What events and logs say that rules out a crash "of its own". */
export function blamedElsewhere(situation: Situation): { cause: CauseId; weighed: Weighed }[] {
  const matched = matchSignatures(situation);
  return NOT_BY_RESTART.flatMap((cause) => (matched.get(cause) ?? []).map((weighed) => ({ cause, weighed })));
}
