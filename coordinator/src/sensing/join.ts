import type { Incident } from '../domain/incident.ts';
import type { Symptom } from '../domain/symptom.ts';
import { clip, nameNodes } from './symptoms/observation.ts';

/** Symptoms of one underlying fault. */
export interface IncidentScope {
  /** Unique among open incidents; fixed when the incident opens. */
  scopeKey: string;
  /** Further keys under which the same fault could be opened. */
  aliases: string[];
  title: string;
  symptoms: Symptom[];
}

/** Which open incident each symptom belongs to, and what is new. */
export interface Joined {
  /** By incident id; symptoms that the incident's own paths already cover are listed too. */
  assigned: Map<string, Symptom[]>;
  fresh: IncidentScope[];
}

const maxSymptoms = 30;
const maxAliases = 20;
const maxScopeKey = 200;
/** This many nodes failing on their own at once are one fault of the network, not as many of the nodes. */
const commonNodes = 3;

/** What can be wrong with single nodes by the probes, most telling first; how many of them together are called. */
const nodeFaults = [
  {
    prefix: 'pod-network:',
    scopeKey: 'pod-network',
    title: (who: string) => `Pods on ${who} cannot reach pods on other nodes`,
  },
  { prefix: 'node:', scopeKey: 'nodes', title: (who: string) => `${who} cannot be reached` },
  {
    prefix: 'large-packets:',
    scopeKey: 'large-packets',
    title: (who: string) => `Large packets to and from ${who} vanish`,
  },
  {
    prefix: 'service-proxy:',
    scopeKey: 'service-proxy',
    title: (who: string) => `Services do not answer on ${who}`,
  },
] as const;

type OpenIncident = Pick<Incident, 'id' | 'symptoms' | 'openedAtMs'>;

/**
 * Groups symptoms by what they have in common (nodes, DNS, namespace, Service, paths), and gives each group to the open
 * incident that it shares something with, the oldest first. What is left is new: one scope for each fault.
 */
export function joinSymptoms(
  symptoms: readonly Symptom[],
  open: readonly OpenIncident[],
  nodeCount: number,
): Joined {
  const assigned = new Map<string, Symptom[]>();
  const fresh: IncidentScope[] = [];
  const byAge = open.toSorted((a, b) => a.openedAtMs - b.openedAtMs);
  for (const group of groupSymptoms(symptoms)) {
    const owners = group.map((symptom) => byAge.find((incident) => belongsTo(symptom, incident)));
    const eldest = byAge.find((incident) => owners.includes(incident));
    if (eldest === undefined) {
      fresh.push(scopeOf(group, nodeCount));
      continue;
    }
    group.forEach((symptom, at) => {
      const { id } = owners[at] ?? eldest;
      assigned.set(id, [...(assigned.get(id) ?? []), symptom]);
    });
  }
  return { assigned, fresh };
}

function belongsTo(symptom: Symptom, incident: OpenIncident): boolean {
  return incident.symptoms.some((known) => linked(symptom, known)) || coveredBy(symptom, incident);
}

/** Half of its paths are already this incident's: while a fault ends, its last paths may be explained differently. */
export function coveredBy(symptom: Symptom, incident: Pick<Incident, 'symptoms'>): boolean {
  if (symptom.pathIds.length === 0) return false;
  const known = new Set(incident.symptoms.flatMap(({ pathIds }) => pathIds));
  return symptom.pathIds.filter((id) => known.has(id)).length * 2 >= symptom.pathIds.length;
}

function groupSymptoms(symptoms: readonly Symptom[]): Symptom[][] {
  const groups: Symptom[][] = [];
  for (const symptom of symptoms) {
    const touching = groups.filter((group) => group.some((other) => linked(symptom, other)));
    const merged = [...touching.flat(), symptom];
    for (const group of touching) groups.splice(groups.indexOf(group), 1);
    groups.push(merged);
  }
  return nodeFaults.reduce((apart, { prefix }) => uniteNodes(apart, prefix), groups);
}

/** The same kind of failure on many nodes at once is one group. */
function uniteNodes(groups: Symptom[][], prefix: string): Symptom[][] {
  const failing = groups.filter((group) => group.some(({ key }) => key.startsWith(prefix)));
  if (failing.length < commonNodes) return groups;
  return [...groups.filter((group) => !failing.includes(group)), failing.flat()];
}

/** Do two symptoms speak of one fault? */
function linked(a: Symptom, b: Symptom): boolean {
  return a.key === b.key || related(a, b) || related(b, a);
}

function related(a: Symptom, b: Symptom): boolean {
  switch (a.scope.type) {
    case 'cluster':
      // When no pod reaches another node, neither DNS nor any node's pod network can be well.
      return ['cluster', 'dns', 'nodes', 'pair'].includes(b.scope.type);
    case 'dns':
      return b.scope.type === 'dns' || consequenceOfNodes(a, b);
    case 'nodes':
    case 'pair':
      return (
        (b.scope.type === 'nodes' || b.scope.type === 'pair') &&
        (overlap(nodesOf(a), nodesOf(b)) || (isExhaustion(a) && isExhaustion(b)))
      );
    case 'namespace':
      return b.scope.type === 'namespace' && a.scope.namespace === b.scope.namespace;
    case 'service':
      return (
        b.scope.type === 'service' && a.scope.namespace === b.scope.namespace && a.scope.name === b.scope.name
      );
  }
}

function nodesOf({ scope }: Symptom): readonly string[] {
  if (scope.type === 'nodes') return scope.nodes;
  return scope.type === 'pair' ? [scope.from, scope.to] : [];
}

function overlap(a: readonly string[], b: readonly string[]): boolean {
  const known = new Set(a);
  return b.some((node) => known.has(node));
}

/** Addresses that run out on several nodes come from one pool. */
function isExhaustion({ key }: Symptom): boolean {
  return key.startsWith('no-addresses:');
}

/** DNS pods that are unwell, or out of reach, only where the nodes are unwell follow from the nodes. */
function consequenceOfNodes(dns: Symptom, other: Symptom): boolean {
  const aboutPods = dns.kind === 'dns-pods' || dns.component?.startsWith('dns-pod:') === true;
  if (!aboutPods || other.scope.type !== 'nodes') return false;
  const broken = new Set(other.scope.nodes);
  return dns.affected.nodes.length > 0 && dns.affected.nodes.every((node) => broken.has(node));
}

/** The symptom that says best what is broken for whom; it names the incident. */
function rank(symptom: Symptom): number {
  const byScope = { cluster: 0, nodes: 1, dns: 2, namespace: 3, pair: 4, service: 5 };
  const byKind = symptom.kind === 'paths-failing' ? 0 : 10;
  return byKind + byScope[symptom.scope.type];
}

function scopeOf(group: readonly Symptom[], nodeCount: number): IncidentScope {
  const symptoms = group.toSorted((a, b) => rank(a) - rank(b) || a.sinceMs - b.sinceMs).slice(0, maxSymptoms);
  const primary = symptoms[0];
  if (primary === undefined) throw new Error('a group of symptoms holds at least one');
  const common = commonFault(symptoms);
  const nodes = common?.nodes ?? [...new Set(symptoms.flatMap(nodesOf))].toSorted();
  const everywhere = common !== null && nodes.length * 2 >= nodeCount;
  const keys = everywhere ? [common.scopeKey] : keysOf(primary, nodes);
  const [scopeKey = primary.key, ...aliases] = keys.map((key) => clip(key, maxScopeKey));
  return {
    scopeKey,
    aliases: aliases.slice(0, maxAliases),
    title: common === null ? primary.headline : clip(common.title(nameNodes(nodes)), 150),
    symptoms,
  };
}

/** The failure that many nodes of this group have in common; null when it is about few. */
function commonFault(symptoms: readonly Symptom[]) {
  for (const fault of nodeFaults) {
    const nodes = symptoms.filter(({ key }) => key.startsWith(fault.prefix)).flatMap(nodesOf);
    const distinct = [...new Set(nodes)].toSorted();
    if (distinct.length >= commonNodes) return { ...fault, nodes: distinct };
  }
  return null;
}

function keysOf({ scope }: Symptom, nodes: readonly string[]): string[] {
  switch (scope.type) {
    case 'cluster':
      return ['pod-network'];
    case 'dns':
      return ['dns'];
    case 'nodes':
      return nodes.map((node) => `node:${node}`);
    case 'pair':
      return [`pair:${[scope.from, scope.to].toSorted().join('>')}`];
    case 'namespace':
      return [`namespace:${scope.namespace}`];
    case 'service':
      return [`service:${scope.namespace}/${scope.name}`];
  }
}
