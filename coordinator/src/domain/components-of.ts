import type { ComponentId } from './component.ts';
import type { AgentEnd, Path } from './path.ts';

/**
 * How pod traffic leaves a node: encapsulated, routed over the node's own interface, or over interfaces that the
 * cloud gives to pods (then it does not share the node's path).
 */
export interface Dataplane {
  podNetwork: 'overlay' | 'routed' | 'pod-interfaces';
}

/** Name of one agent process as the instance of `prober`: `node1/pod`, `node1/canary.app`. */
export function proberName(end: AgentEnd): string {
  return end.mode === 'canary' ? `${end.node}/canary.${end.namespace}` : `${end.node}/${end.mode}`;
}

/**
 * The components that a path crosses: any of them, when broken, can make the path fail. A Service or DNS address with
 * several backends lists only what is crossed whichever backend answers; the rest is a mixture (see sensing/attribution).
 * An `mtu` path lists only what carries large packets: it is judged by nothing else (see sensing/path-history).
 */
export function componentsOf(path: Path, dataplane: Dataplane): ComponentId[] {
  if (path.kind === 'mtu') return largePackets(path, dataplane);
  return [...sourceSide(path), ...targetSide(path, dataplane)];
}

/** Large packets of pods cross the nodes' network too, but there they are others: encapsulated, or of another MTU. */
function largePackets({ from, to }: Path, dataplane: Dataplane): ComponentId[] {
  if (to.type !== 'agent' || to.node === from.node) return [];
  const pair = [from.node, to.node].toSorted().join('>');
  const nodes: ComponentId[] = [`mtu-node:${from.node}`, `mtu-node:${to.node}`, `mtu-underlay:${pair}`];
  if (to.mode === 'host') return nodes;
  const pods: ComponentId[] = [`mtu-pods:${from.node}`, `mtu-pods:${to.node}`, `mtu-overlay:${pair}`];
  return dataplane.podNetwork === 'pod-interfaces' ? pods : [...pods, ...nodes];
}

function sourceSide(path: Path): ComponentId[] {
  const { from } = path;
  const own: ComponentId[] = [`prober:${proberName(from)}`];
  // NetworkPolicies select pods only; a host-network pod is outside of them.
  return from.mode === 'host' ? own : [...own, `policy:${from.namespace}`];
}

function targetSide(path: Path, dataplane: Dataplane): ComponentId[] {
  const { from, to } = path;
  switch (to.type) {
    case 'agent':
      return to.mode === 'host' ? nodeToNode(from, to.node) : podToPod(from, to.node, dataplane);
    case 'service':
      return to.backend === null
        ? [`service-proxy:${from.node}`]
        : [
            `service-proxy:${from.node}`,
            `backend:${to.backend.pod}`,
            ...podToPod(from, to.backend.node, dataplane),
          ];
    case 'dns-pod':
      return [`dns-pod:${to.pod}`, ...upstream(to.upstream), ...podToPod(from, to.node, dataplane)];
    case 'dns-vip':
      return [`service-proxy:${from.node}`, `dns-vip:${to.address}`, ...upstream(to.upstream)];
    case 'apiserver':
      return to.via === 'service'
        ? [`service-proxy:${from.node}`, `api-vip:${to.address}`, 'apiserver:cluster']
        : [`node-out:${from.node}`, 'apiserver:cluster'];
  }
}

function upstream(asked: boolean): ComponentId[] {
  return asked ? ['upstream:cluster'] : [];
}

function nodeToNode(from: AgentEnd, node: string): ComponentId[] {
  if (from.node === node) return [];
  return [`node-out:${from.node}`, `underlay:${from.node}>${node}`, `node-in:${node}`];
}

function podToPod(from: AgentEnd, node: string, dataplane: Dataplane): ComponentId[] {
  // Pods of one node reach each other over its bridge, also when the CNI agent or the overlay is gone.
  if (from.node === node) return [];
  const pods: ComponentId[] = [
    `cni-egress:${from.node}`,
    `overlay:${from.node}>${node}`,
    `cni-ingress:${node}`,
  ];
  return dataplane.podNetwork === 'pod-interfaces' ? pods : [...pods, ...nodeToNode(from, node)];
}
