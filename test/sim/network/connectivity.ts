import type { NodeMachine } from '../controllers/node-machine.ts';
import type { Pod } from '../apiserver/stored-pods.ts';
import type { SystemClient } from '../apiserver/system-client.ts';
import type { FlowEnd } from './policy-enforcement.ts';
import { policiesAllow } from './policy-enforcement.ts';

export type Transport = 'TCP' | 'UDP';

/** What the network does with a packet; the reason is for tests and logs, nobody on the wire learns it. */
export type Verdict = { passes: true } | { passes: false; reason: 'cni-down' | 'cut' | 'lost' | 'policy' };

/** The part of the network that a cut takes away. */
export type CutScope = 'pod-network' | 'everything';

/** The packet filter and the wires of the cluster: consulted where a packet arrives. */
export interface Connectivity {
  allowed(from: string, to: string, transport: Transport, port: number): Verdict;
  /** Takes a node off the pod network, or off everything; returns what heals it. */
  cutNode(node: string, scope: CutScope): () => void;
  /** Packets between two nodes' pods vanish, in the given direction only with `oneWay`. */
  cutPair(from: string, to: string, oneWay?: boolean): () => void;
  /** Loses a share [0, 1] of what a node's pods send and receive across nodes. */
  loseShare(node: string, share: number): () => void;
}

export interface ConnectivityDeps {
  client: SystemClient;
  machines: ReadonlyMap<string, NodeMachine>;
  /** Whether anything enforces NetworkPolicies. */
  enforcePolicies: boolean;
  random(): number;
}

interface Located {
  end: FlowEnd;
  /** Undefined for addresses outside the cluster. */
  node: string | undefined;
  onPodNetwork: boolean;
}

function without<T>(list: T[], item: T): void {
  const index = list.indexOf(item);
  if (index >= 0) list.splice(index, 1);
}

export function createConnectivity(deps: ConnectivityDeps): Connectivity {
  const cuts: { node: string; scope: CutScope }[] = [];
  const pairs: { from: string; to: string }[] = [];
  const losses: { node: string; share: number }[] = [];
  // Rebuilt when a pod changes: the data plane asks for every packet.
  let byAddress: Map<string, Pod> | undefined;
  deps.client.subscribe((event) => {
    if (event.resource === 'pods') byAddress = undefined;
  });

  function podAt(address: string): Pod | undefined {
    byAddress ??= new Map(
      deps.client
        .list('pods')
        .filter((pod) => pod.spec.hostNetwork !== true && pod.status.podIP !== undefined)
        .map((pod) => [pod.status.podIP ?? '', pod]),
    );
    return byAddress.get(address);
  }

  function locate(address: string): Located {
    const pod = podAt(address);
    if (pod !== undefined)
      return { end: { type: 'pod', pod, address }, node: pod.spec.nodeName, onPodNetwork: true };
    const host = [...deps.machines.values()].find((machine) => machine.hostAddress === address);
    return { end: { type: 'address', address }, node: host?.name, onPodNetwork: false };
  }

  function isCut(node: string | undefined, onPodNetwork: boolean): boolean {
    return cuts.some((cut) => cut.node === node && (cut.scope === 'everything' || onPodNetwork));
  }

  function crossing(from: Located, to: Located): Verdict {
    // Only what goes to a pod of another node takes the overlay: towards a node's address, and outside, a pod's packets
    // are masqueraded behind its own node's.
    const pods = to.onPodNetwork;
    if (from.node === to.node) return { passes: true };
    if (isCut(from.node, pods) || isCut(to.node, pods)) return { passes: false, reason: 'cut' };
    if (!pods) return { passes: true };
    for (const node of [from.node, to.node]) {
      const machine = node === undefined ? undefined : deps.machines.get(node);
      if (machine !== undefined && !machine.cni().overlayUp) return { passes: false, reason: 'cni-down' };
    }
    if (pairs.some((pair) => pair.from === from.node && pair.to === to.node))
      return { passes: false, reason: 'cut' };
    const share = losses
      .filter((loss) => loss.node === from.node || loss.node === to.node)
      .reduce((most, loss) => Math.max(most, loss.share), 0);
    return share > 0 && deps.random() < share ? { passes: false, reason: 'lost' } : { passes: true };
  }

  return {
    allowed(fromAddress, toAddress, transport, port) {
      const from = locate(fromAddress);
      const to = locate(toAddress);
      const way = crossing(from, to);
      if (!way.passes) return way;
      // A node reaches its own pods whatever policies say, so that kubelet probes work.
      const local = from.end.type === 'address' && from.node !== undefined && from.node === to.node;
      if (!deps.enforcePolicies || local) return way;
      const labels = (namespace: string): { [key: string]: string } =>
        deps.client.get('namespaces', '', namespace)?.metadata.labels ?? {};
      const world = { policies: deps.client.list('networkpolicies'), namespaceLabels: labels };
      return policiesAllow({ from: from.end, to: to.end, protocol: transport, port }, world)
        ? way
        : { passes: false, reason: 'policy' };
    },
    cutNode(node, scope) {
      const cut = { node, scope };
      cuts.push(cut);
      return () => without(cuts, cut);
    },
    cutPair(from, to, oneWay = false) {
      const added = oneWay
        ? [{ from, to }]
        : [
            { from, to },
            { from: to, to: from },
          ];
      pairs.push(...added);
      return () => {
        for (const pair of added) without(pairs, pair);
      };
    },
    loseShare(node, share) {
      const loss = { node, share };
      losses.push(loss);
      return () => without(losses, loss);
    },
  };
}
