import type { Incident } from '../domain/incident.ts';

/** The nodes, namespaces and objects that all symptoms together touch, each once, in order of first mention. */
export function affectedOf(incident: Pick<Incident, 'symptoms'>): {
  nodes: string[];
  namespaces: string[];
  objects: string[];
} {
  const nodes = new Set<string>();
  const namespaces = new Set<string>();
  const objects = new Set<string>();
  for (const { affected } of incident.symptoms) {
    for (const node of affected.nodes) nodes.add(node);
    for (const namespace of affected.namespaces) namespaces.add(namespace);
    for (const ref of affected.objects)
      objects.add(
        ref.namespace === '' ? `${ref.kind} ${ref.name}` : `${ref.kind} ${ref.namespace}/${ref.name}`,
      );
  }
  return { nodes: [...nodes], namespaces: [...namespaces], objects: [...objects] };
}

/** How far it reaches, in few words: `node2`, `3 nodes: node1, node2, node3 · namespace shop`, `whole cluster`. */
export function reachWords(incident: Pick<Incident, 'symptoms'>): string {
  const { nodes, namespaces } = affectedOf(incident);
  const parts: string[] = [];
  if (incident.symptoms.some((symptom) => symptom.scope.type === 'cluster')) parts.push('whole cluster');
  if (nodes.length > 0) parts.push(counted(nodes, 'node', 'nodes'));
  if (namespaces.length > 0) parts.push(counted(namespaces, 'namespace', 'namespaces', true));
  return parts.length > 0 ? parts.join(' · ') : 'reach not known yet';
}

function counted(names: string[], one: string, many: string, sayOne = false): string {
  const [first] = names;
  if (names.length === 1 && first !== undefined) return sayOne ? `${one} ${first}` : first;
  // "and 1 more" takes as much room as the one.
  const shown = names.slice(0, names.length > 5 ? 4 : 5);
  const rest = names.length - shown.length;
  return `${names.length} ${many}: ${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** When the first of today's symptoms began, milliseconds; the opening where none is known. */
export function sinceMsOf(incident: Pick<Incident, 'symptoms' | 'openedAtMs'>): number {
  const starts = incident.symptoms.map((symptom) => symptom.sinceMs);
  return starts.length > 0 ? Math.min(...starts) : incident.openedAtMs;
}
