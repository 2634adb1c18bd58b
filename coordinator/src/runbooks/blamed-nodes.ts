import { type ComponentKind, parseComponent } from '../domain/component.ts';
import type { Situation } from '../facts/cluster-facts.ts';

const kinds: readonly ComponentKind[] = [
  'node-out',
  'node-in',
  'underlay',
  'cni-egress',
  'cni-ingress',
  'overlay',
  'service-proxy',
  'upstream',
];

/** What the incident's symptoms (not others of the moment) are blamed on: kind and instance of each component. */
export function blamedComponents({ symptoms }: Situation): { kind: ComponentKind; instance: string }[] {
  return symptoms.flatMap(({ component }) => {
    const kind = kinds.find((known) => component?.startsWith(`${known}:`) === true);
    return component === null || kind === undefined
      ? []
      : [parseComponent(`${kind}:${component.slice(kind.length + 1)}`)];
  });
}

/** Nodes that are blamed by such a component of one node, in order and each once. */
export function blamedNodes(situation: Situation, of: readonly ComponentKind[]): string[] {
  const found = blamedComponents(situation).filter(({ kind }) => of.includes(kind));
  return [...new Set(found.map(({ instance }) => instance))].toSorted();
}
