import type { Incident } from '../domain/incident.ts';
import { clusterSizeOf } from './cluster-size.ts';

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

/** How far it reaches, in few words: `node2`, `3 nodes: node1, node2, node3 · namespace shop`, `all 5 nodes`, `whole cluster`. */
export function reachWords(incident: Pick<Incident, 'symptoms'>): string {
  const { symptoms } = incident;
  const { nodes, namespaces } = affectedOf(incident);
  const parts: string[] = [];
  if (symptoms.some((symptom) => symptom.scope.type === 'cluster')) parts.push('whole cluster');
  if (nodes.length > 1 && nodes.length === clusterSizeOf(symptoms)) parts.push(`all ${nodes.length} nodes`);
  else if (nodes.length > 0) parts.push(counted(nodes, 'node', 'nodes'));
  if (namespaces.length > 0) parts.push(counted(namespaces, 'namespace', 'namespaces', true));
  return parts.length > 0 ? parts.join(' · ') : 'reach not known yet';
}

/** Names that are shown of many. */
const shownOfMany = 4;
/** So much longer a list may be and still name everything: it says more than how many are left out. */
const worthLength = 12;

function counted(names: string[], one: string, many: string, sayOne = false): string {
  const [first] = names;
  if (names.length === 1 && first !== undefined) return sayOne ? `${one} ${first}` : first;
  const all = names.join(', ');
  const some = `${names.slice(0, shownOfMany).join(', ')} and ${names.length - shownOfMany} more`;
  const shown = names.length <= shownOfMany || all.length <= some.length + worthLength ? all : some;
  return `${names.length} ${many}: ${shown}`;
}

/** When the first of today's symptoms began, milliseconds; the opening where none is known. */
export function sinceMsOf(incident: Pick<Incident, 'symptoms' | 'openedAtMs'>): number {
  const starts = incident.symptoms.map((symptom) => symptom.sinceMs);
  return starts.length > 0 ? Math.min(...starts) : incident.openedAtMs;
}
