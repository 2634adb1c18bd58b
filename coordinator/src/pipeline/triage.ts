import type { EventOf } from '../domain/incident-event.ts';
import type { Incident } from '../domain/incident.ts';
import { formatRef } from '../domain/object-ref.ts';
import type { NetworkSnapshot } from '../domain/network.ts';
import type { ClusterFacts } from '../facts/cluster-facts.ts';
import { networkPods } from '../facts/network-components.ts';
import type { EventRecord } from '../facts/records.ts';
import { shortenIds } from '../facts/shorten-ids.ts';
import { formatDuration } from '../domain/duration.ts';

const maxLines = 8;
const maxWarning = 260;
/** Of the kubelet: a pod got no network, whosever pod it is. */
const networkReasons = new Set(['FailedCreatePodSandBox', 'NetworkNotReady', 'NetworkPluginNotReady']);

/** Basic information, before any diagnosis: what fails with numbers, what still works, what changed shortly before. Pure. */
export function triage(
  incident: Incident,
  facts: ClusterFacts,
  network: NetworkSnapshot,
): EventOf<'triaged'> {
  const lines = [
    ...incident.symptoms.flatMap((s) => s.lines),
    stillWorks(incident, network),
    ...recentChanges(incident, facts),
    ...recentWarnings(incident, facts),
  ].filter((line): line is string => line !== null);
  const distinct = [...new Set(lines)].slice(0, maxLines);
  return {
    type: 'triaged',
    lines: distinct.length > 0 ? distinct : ['No numbers yet beyond what the title says.'],
    unknown: facts.unknown.map((u) => `${u.what}: ${u.why}`.slice(0, 200)).slice(0, 20),
  };
}

function stillWorks(incident: Incident, network: NetworkSnapshot): string | null {
  const affected = new Set(incident.symptoms.flatMap((s) => s.pathIds));
  const others = network.paths.filter((p) => !affected.has(p.path.id));
  const judged = others.filter((p) => p.state !== 'unknown');
  const healthy = judged.filter((p) => p.state === 'healthy').length;
  if (judged.length === 0) return null;
  if (healthy === judged.length) return `Everything else answers: ${healthy} of ${healthy} other paths.`;
  return `${healthy} of ${judged.length} other paths answer.`;
}

/** Template and data changes from half an hour before it began to what the symptoms name, and to the networking components. */
function recentChanges(incident: Incident, facts: ClusterFacts): string[] {
  const beganMs = Math.min(...incident.symptoms.map((s) => s.sinceMs));
  const horizonMs = beganMs - 30 * 60_000;
  const named = new Set(
    incident.symptoms.flatMap((s) => s.affected.objects.map((o) => `${o.kind} ${o.namespace}/${o.name}`)),
  );
  const candidates = [
    ...facts.daemonSets.map((o) => ({
      kind: 'DaemonSet' as const,
      meta: o.meta,
      network: o.template.hostNetwork,
    })),
    ...facts.configMaps.map((o) => ({ kind: 'ConfigMap' as const, meta: o.meta, network: true })),
    ...facts.networkPolicies.map((o) => ({ kind: 'NetworkPolicy' as const, meta: o.meta, network: true })),
    ...facts.deployments.map((o) => ({ kind: 'Deployment' as const, meta: o.meta, network: false })),
  ];
  return candidates
    .flatMap(({ kind, meta, network }) => {
      const write = meta.writes[0];
      const relevant = network || named.has(`${kind} ${meta.namespace}/${meta.name}`);
      if (
        write === undefined ||
        !relevant ||
        write.atMs < horizonMs ||
        meta.labels['app.kubernetes.io/part-of'] === 'pathmedic'
      )
        return [];
      return [
        {
          atMs: write.atMs,
          text: `${formatRef({ kind, ...meta })} was changed ${changedWhen(beganMs - write.atMs)} with ${write.manager}.`,
        },
      ];
    })
    .toSorted((a, b) => b.atMs - a.atMs)
    .slice(0, 3)
    .map((change) => change.text);
}

function changedWhen(beforeMs: number): string {
  return beforeMs >= 0 ? `${formatDuration(beforeMs)} before` : `${formatDuration(-beforeMs)} after`;
}

/**
 * The newest warnings about what the symptoms name, their nodes, and the parts of the network there; their text is other
 * people's and is cut. What else goes wrong on an affected node (somebody's readiness probe) mostly follows from the fault.
 */
function recentWarnings(incident: Incident, facts: ClusterFacts): string[] {
  const nodes = new Set(incident.symptoms.flatMap((s) => s.affected.nodes));
  const named = new Set(
    incident.symptoms.flatMap((s) => s.affected.objects.map((o) => `${o.kind} ${o.namespace}/${o.name}`)),
  );
  const dns = incident.symptoms.some(({ scope }) => scope.type === 'dns');
  const parts = new Set(
    [...networkPods(facts)]
      .filter(
        ([pod, part]) => (part === 'CoreDNS' && dns) || (part !== 'pathmedic' && nodes.has(pod.nodeName)),
      )
      .map(([{ meta }]) => `${meta.namespace}/${meta.name}`),
  );
  const told = incident.symptoms.flatMap(({ lines }) => lines);
  const inScope = ({ object, reason, node }: EventRecord): boolean => {
    const name = `${object.namespace}/${object.name}`;
    if (named.has(`${object.kind} ${name}`)) return true;
    if (object.kind === 'Node') return nodes.has(object.name);
    return object.kind === 'Pod' && (parts.has(name) || (networkReasons.has(reason) && nodes.has(node)));
  };
  return facts.events
    .filter((e) => e.type === 'Warning' && e.lastMs > incident.detectedAtMs - 15 * 60_000)
    .filter(inScope)
    .toSorted((a, b) => b.lastMs - a.lastMs)
    .map((e) => ({ e, said: saidBy(e) }))
    .filter(({ said }, i, all) => all.findIndex((other) => sameWords(other.said, said)) === i)
    .filter(({ said }) => !told.some((line) => sameWords(line, said)))
    .slice(0, 2)
    .map(({ e, said }) => {
      const line = `Event ${e.reason} on ${e.object.kind} ${e.object.name}: ${said}`;
      return line.length <= maxWarning ? line : `${line.slice(0, maxWarning - 1)}…`;
    });
}

function saidBy({ message }: EventRecord): string {
  return shortenIds(message).replaceAll(/\s+/g, ' ');
}

/** The same message about another pod, or told by a symptom already: they differ in ids, if at all. */
function sameWords(a: string, b: string): boolean {
  const plain = (text: string): string =>
    text
      .replace(/^Event: /, '')
      .replaceAll(/"[^"]*"/g, '""')
      .slice(0, 80);
  return plain(a) === plain(b);
}
