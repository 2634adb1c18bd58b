import type { Symptom } from '../domain/symptom.ts';
import type { Situation } from '../facts/cluster-facts.ts';

/** When the trouble began: the oldest symptom, or now when there is none. */
export function troubleSinceMs(situation: Situation): number {
  return situation.symptoms.reduce((oldest, { sinceMs }) => Math.min(oldest, sinceMs), situation.facts.atMs);
}

function nodesOf({ scope, affected }: Symptom): string[] {
  switch (scope.type) {
    case 'nodes':
      return [...scope.nodes, ...affected.nodes];
    case 'pair':
      return [scope.from, scope.to, ...affected.nodes];
    case 'cluster':
    case 'dns':
    case 'namespace':
    case 'service':
      return affected.nodes;
  }
}

/** The nodes that the incident is about; null where it may be about any. */
export function affectedNodes({ symptoms }: Situation): ReadonlySet<string> | null {
  const anywhere = symptoms.some(({ kind, scope }) => {
    return kind === 'asked' || !(scope.type === 'nodes' || scope.type === 'pair');
  });
  return anywhere || symptoms.length === 0 ? null : new Set(symptoms.flatMap(nodesOf));
}

/** Whether the incident's symptoms can concern these nodes; without symptoms everything is concerned. */
export function concernsNodes(situation: Situation, nodes: readonly string[]): boolean {
  const { symptoms } = situation;
  if (symptoms.length === 0) return true;
  return symptoms.some((symptom) => {
    if (symptom.scope.type === 'cluster' || symptom.kind === 'asked') return true;
    const named = nodesOf(symptom);
    return named.length === 0 ? symptom.scope.type === 'dns' : nodes.some((node) => named.includes(node));
  });
}

/** Whether name resolution is among what the symptoms are about; without symptoms it is. */
export function concernsDns(situation: Situation): boolean {
  const { symptoms } = situation;
  if (symptoms.length === 0) return true;
  return symptoms.some(
    ({ kind, scope, pathIds, component }) =>
      kind === 'dns-pods' ||
      kind === 'asked' ||
      scope.type === 'dns' ||
      scope.type === 'cluster' ||
      (component ?? '').startsWith('dns-') ||
      pathIds.some((id) => id.startsWith('dns|')),
  );
}

/** Whether the symptoms can concern this namespace. */
export function concernsNamespace(situation: Situation, namespace: string): boolean {
  const { symptoms } = situation;
  if (symptoms.length === 0) return true;
  return symptoms.some(({ scope, affected, kind, component }) => {
    if (scope.type === 'namespace' || scope.type === 'service') return scope.namespace === namespace;
    if (scope.type === 'cluster' || kind === 'asked' || component === `policy:${namespace}`) return true;
    return affected.namespaces.length === 0 ? scope.type === 'dns' : affected.namespaces.includes(namespace);
  });
}
