import type { NetworkSnapshot } from '../domain/network.ts';
import type { Symptom } from '../domain/symptom.ts';
import { clip } from './symptoms/observation.ts';

/** Paths of one kind, from or to one end, of which at least one has to answer before the fault counts as over. */
export interface EvidenceNeed {
  /** Identity; every path that could meet the need has it among its keys. */
  key: string;
  /** In words: "pod paths from node2/pod". */
  what: string;
}

export interface NeededEvidence {
  needs: EvidenceNeed[];
  /** Nodes, and namespaces of canaries, that are not under test any more; nothing can be seen there, nor has to be. */
  left: string[];
}

interface End extends EvidenceNeed {
  place: { type: 'node' | 'namespace'; name: string };
}

/**
 * What has to be seen again of the ends of all paths that failed, besides the paths themselves: paths leave the plan with
 * their agents, and no data is not healthy. An end whose node (or canary's namespace) is not under test any more is left
 * out, and named. Pure.
 */
export function neededEvidence(
  symptoms: readonly Symptom[],
  judged: NetworkSnapshot['judged'],
): NeededEvidence {
  const needs = new Map<string, EvidenceNeed>();
  const left = new Set<string>();
  const nodes = new Set(judged.nodes);
  const namespaces = judged.namespaces === null ? null : new Set(judged.namespaces);
  for (const { key, what, place } of symptoms.flatMap(({ pathIds }) => pathIds).flatMap(endsOf)) {
    const there = place.type === 'node' ? nodes.has(place.name) : (namespaces?.has(place.name) ?? true);
    if (there) needs.set(key, { key, what });
    else left.add(place.type === 'node' ? place.name : `namespace ${place.name}`);
  }
  return { needs: [...needs.values()], left: [...left].toSorted() };
}

/** Needs that none of these paths, which answer, meets. */
export function unmetNeeds(needs: readonly EvidenceNeed[], answering: Iterable<string>): EvidenceNeed[] {
  const met = new Set<string>();
  for (const id of answering) for (const { key } of endsOf(id)) met.add(key);
  return needs.filter(({ key }) => !met.has(key));
}

/** For each need one of these paths that would meet it, where there is one. */
export function pathForEach(needs: readonly EvidenceNeed[], pathIds: Iterable<string>): string[] {
  const open = new Set(needs.map(({ key }) => key));
  const chosen: string[] = [];
  for (const id of pathIds) {
    const meets = endsOf(id).filter(({ key }) => open.delete(key));
    if (meets.length > 0) chosen.push(id);
  }
  return chosen;
}

/** "node2 is no longer under test (deleted, drained or marked for removal)"; empty when nothing left. */
export function leftWords(left: readonly string[]): string {
  if (left.length === 0) return '';
  const named = clip(left.slice(0, 3).join(', '), 150);
  const who = left.length > 3 ? `${named} and ${left.length - 3} more` : named;
  const is = left.length === 1 ? 'is' : 'are';
  return `${who} ${is} no longer under test (deleted, drained or marked for removal)`;
}

/** The two ends of a path by its id, `kind|protocol|from|to`. A canary stands for its namespace, wherever it runs. */
function endsOf(id: string): End[] {
  const [kind = '', , from = '', to = ''] = id.split('|');
  const [node = '', mode = ''] = from.split('/');
  // A DNS server asked directly says nothing about the Service address, nor the other way round.
  const group = kind === 'dns' ? (to.split('/')[0] ?? '') : kind;
  const canary = mode.startsWith('canary.') ? mode.slice('canary.'.length) : null;
  const source: End =
    canary === null
      ? {
          key: `${group}|from|${from}`,
          what: `${group} paths from ${from}`,
          place: { type: 'node', name: node },
        }
      : {
          key: `${group}|from|canary.${canary}`,
          what: `${group} paths from namespace ${canary}`,
          place: { type: 'namespace', name: canary },
        };
  const place = { type: 'node', name: to.split('/')[0] ?? '' } as const;
  const target: End = { key: `${group}|to|${to}`, what: `${group} paths to ${to}`, place };
  switch (kind) {
    case 'pod':
    case 'node':
      return [source, target];
    case 'mtu':
      // One path tests both directions of a pair.
      return [
        { ...source, key: `mtu|with|${from}` },
        { ...target, key: `mtu|with|${to}` },
      ];
    default:
      return [source];
  }
}
