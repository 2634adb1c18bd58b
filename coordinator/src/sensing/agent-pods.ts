import { agentPorts } from '@pathmedic/shared/contract/agent-ports.ts';
import type { AgentMode } from '@pathmedic/shared/contract/identity.ts';
import type { AgentEnd } from '../domain/path.ts';
import type { ClusterFacts } from '../facts/cluster-facts.ts';
import type { PodRecord } from '../facts/records.ts';

/** An agent pod of the plan: who probes, and where it answers. */
export interface AgentPod extends AgentEnd {
  podUid: string;
  podName: string;
  address: string;
  ports: { tcp: number; http: number; udp: number };
  /** False while it starts: it probes already, but is not yet a target. */
  target: boolean;
  /** Probe protocols beyond the first version's that it knows, as prober and as responder. */
  speaks: ReadonlySet<string>;
}

const modeOfComponent = new Map<string, AgentMode>([
  ['agent-pod', 'pod'],
  ['agent-host', 'host'],
  ['canary', 'canary'],
]);

/** Mode of an agent pod by its labels; null for any other pod. */
export function agentMode(pod: PodRecord): AgentMode | null {
  if (pod.meta.labels['app.kubernetes.io/part-of'] !== 'pathmedic') return null;
  return modeOfComponent.get(pod.meta.labels['app.kubernetes.io/component'] ?? '') ?? null;
}

/** Port by name: the pod's annotation `pathmedic.io/<name>`, a container port of that name, else the default. */
function portOf(pod: PodRecord, name: 'probe-tcp' | 'probe-http' | 'probe-udp', fallback: number): number {
  const annotated = Number(pod.meta.annotations[`pathmedic.io/${name}`]);
  if (Number.isInteger(annotated) && annotated > 0 && annotated < 65_536) return annotated;
  const declared = pod.containers.flatMap((c) => c.ports).find((p) => p.name === name);
  return declared?.port ?? fallback;
}

/**
 * The annotation `pathmedic.io/probes` of its manifest: an agent refuses a plan with a protocol that it does not know, and
 * answers none, so during a roll-out old and new agents must be told apart.
 */
function protocolsOf(pod: PodRecord): ReadonlySet<string> {
  return new Set((pod.meta.annotations['pathmedic.io/probes'] ?? '').split(',').map((name) => name.trim()));
}

function running(pod: PodRecord): boolean {
  return (
    pod.meta.deletingSinceMs === null &&
    pod.phase === 'Running' &&
    pod.ips.length > 0 &&
    pod.containers.some((c) => c.state === 'running')
  );
}

/**
 * The agents that run now on judged nodes, one a node and mode (canaries: a node and namespace), sorted. Terminating
 * pods are neither sources nor targets. Not being Ready does not take a target out: broken networks do that too.
 */
export function findAgents(
  facts: ClusterFacts,
  nodes: ReadonlySet<string>,
  startGraceMs: number,
): AgentPod[] {
  const byEnd = new Map<string, { agent: AgentPod; createdMs: number }>();
  for (const pod of facts.pods) {
    const mode = agentMode(pod);
    const address = pod.ips[0];
    if (mode === null || address === undefined || !nodes.has(pod.nodeName) || !running(pod)) continue;
    const end =
      mode === 'canary' ? `${pod.nodeName}/${mode}.${pod.meta.namespace}` : `${pod.nodeName}/${mode}`;
    const before = byEnd.get(end);
    // Two of a kind on a node: the newer one is what a roll-out leaves behind.
    if (before !== undefined && before.createdMs >= pod.meta.createdMs) continue;
    byEnd.set(end, {
      createdMs: pod.meta.createdMs,
      agent: {
        node: pod.nodeName,
        mode,
        namespace: pod.meta.namespace,
        podUid: pod.meta.uid,
        podName: pod.meta.name,
        address,
        ports: {
          tcp: portOf(pod, 'probe-tcp', agentPorts.tcp),
          http: portOf(pod, 'probe-http', agentPorts.http),
          udp: portOf(pod, 'probe-udp', agentPorts.udp),
        },
        speaks: protocolsOf(pod),
        target: pod.ready || facts.atMs - pod.meta.createdMs >= startGraceMs,
      },
    });
  }
  return [...byEnd].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry.agent);
}
