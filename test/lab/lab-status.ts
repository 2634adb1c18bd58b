import { z } from 'zod';
import { openApi } from './cluster/api-client.ts';
import { unreadyNodes } from './cluster/readiness.ts';
import type { LabNetwork } from './lab.ts';
import { controlNode, labGroup, maxNodes, nodeName, outsideGroup, programGroup } from './lab-names.ts';
import { labPlaces } from './lab-places.ts';
import { readState } from './lab-state.ts';
import { groupExists, groupsBelow, processesIn } from './machine/cgroups.ts';
import { namespacesOf } from './network/lab-network.ts';
import { programsOf } from './nodes/node-programs.ts';
import { nodeInit } from './nodes/run-node.ts';

export interface NodeStatus {
  node: string;
  /** As the API server sees it; `unknown` when it cannot be asked. */
  ready: 'ready' | 'not ready' | 'unknown';
  /** PID 1 of the node, as it is numbered here. */
  pid: number;
  programs: { program: string; pid: number; state: 'runs' | 'frozen' }[];
  /** `namespace/name`, each with its phase. */
  pods: { pod: string; phase: string }[];
}

export interface LabStatus {
  name: string;
  /** `remains`: something of it is left that is no lab any more; `down` removes it. */
  state: 'up' | 'remains' | 'down';
  network: LabNetwork | null;
  kubeconfig: string | null;
  /** Programs of the lab beside the nodes. */
  outside: { program: string; pids: number[] }[];
  nodes: NodeStatus[];
}

const PodList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), namespace: z.string() }),
      spec: z.object({ nodeName: z.string().optional() }),
      status: z.object({ phase: z.string().default('Unknown') }),
    }),
  ),
});

/** What there is of a lab, by what runs on this machine; the API server is only asked what it alone knows. */
export async function labStatus(name: string): Promise<LabStatus> {
  const places = labPlaces(name);
  const state = await readState(places);
  const up = state !== null && (await nodeInit(name, controlNode)) !== null;
  const something =
    state !== null || (await groupExists(labGroup(name))) || (await namespacesOf(name)).length > 0;
  const cluster = up ? await askCluster(places.kubeconfig) : null;
  const nodes: NodeStatus[] = [];
  for (let number = 1; number <= maxNodes; number++) {
    const status = await nodeStatus(name, nodeName(number), cluster);
    if (status !== null) nodes.push(status);
  }
  const outside = [];
  for (const program of await groupsBelow(outsideGroup(name))) {
    outside.push({ program, pids: await processesIn(programGroup(name, program), 'and below') });
  }
  return {
    name,
    state: up ? 'up' : something ? 'remains' : 'down',
    network: state?.network ?? null,
    kubeconfig: up ? places.kubeconfig : null,
    outside,
    nodes,
  };
}

interface ClusterView {
  isReady(node: string): boolean;
  podsOf(node: string): NodeStatus['pods'];
}

async function nodeStatus(
  name: string,
  node: string,
  cluster: ClusterView | null,
): Promise<NodeStatus | null> {
  const pid = await nodeInit(name, node);
  if (pid === null) return null;
  const programs = (await programsOf(name, node)).flatMap(({ program, process }) =>
    process.state === 'zombie' ? [] : [{ program, pid: process.pid, state: process.state }],
  );
  const ready = cluster === null ? 'unknown' : cluster.isReady(node) ? 'ready' : 'not ready';
  return { node, ready, pid, programs, pods: cluster?.podsOf(node) ?? [] };
}

/** Null when the API server does not answer. */
async function askCluster(kubeconfig: string): Promise<ClusterView | null> {
  try {
    const api = await openApi(kubeconfig);
    const [nodes, pods] = await Promise.all([api.get('/api/v1/nodes'), api.get('/api/v1/pods')]);
    const { items } = PodList.parse(JSON.parse(pods));
    return {
      isReady: (node) => unreadyNodes(nodes, [node]).length === 0,
      podsOf: (node) =>
        items
          .filter(({ spec }) => spec.nodeName === node)
          .map(({ metadata, status }) => ({
            pod: `${metadata.namespace}/${metadata.name}`,
            phase: status.phase,
          })),
    };
  } catch {
    return null;
  }
}

/** For a person. */
export function statusText(status: LabStatus): string {
  if (status.state === 'down') return `the lab ${status.name} is down\n`;
  if (status.state === 'remains')
    return `the lab ${status.name} is not up, but something of it is left; down removes it\n`;
  const lines = [
    `the lab ${status.name} (${status.network ?? 'unknown network'}) is up`,
    `KUBECONFIG=${status.kubeconfig ?? ''}`,
  ];
  for (const { node, ready, programs, pods } of status.nodes) {
    const named = programs.map(({ program, state }) =>
      state === 'frozen' ? `${program} (frozen)` : program,
    );
    lines.push(`${node}  ${ready}`, `  programs  ${[...new Set(named)].join(', ')}`);
    lines.push(
      `  pods      ${pods.map(({ pod, phase }) => (phase === 'Running' ? pod : `${pod} (${phase})`)).join(', ')}`,
    );
  }
  lines.push(`beside the nodes  ${status.outside.map(({ program }) => program).join(', ')}`);
  return `${lines.join('\n')}\n`;
}
