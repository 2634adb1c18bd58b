import type { Situation } from '../facts/cluster-facts.ts';
import { cniCoverage } from '../facts/cni-coverage.ts';
import type { CniFlavour } from '../facts/cni-flavour.ts';
import { isActive } from '../facts/pod-lookups.ts';
import type { PodRecord } from '../facts/records.ts';
import { concernsNodes } from './symptom-scope.ts';

/** Programs in /opt/cni/bin that each CNI's own agent puts there when it starts. */
const OWN: Readonly<Partial<Record<CniFlavour, readonly string[]>>> = {
  flannel: ['flannel'],
  canal: ['calico', 'calico-ipam', 'flannel'],
  calico: ['calico', 'calico-ipam'],
  cilium: ['cilium-cni'],
  weave: ['weave-net', 'weave-ipam', 'weave-plugin'],
  antrea: ['antrea'],
  'aws-node': ['aws-cni', 'egress-cni'],
  'azure-cni': ['azure-vnet', 'azure-vnet-ipam'],
  'ovn-kubernetes': ['ovn-k8s-cni-overlay'],
  'kube-ovn': ['kube-ovn'],
};

const MISSING = /failed to find plugin \\?"([\w.-]{1,60})\\?" in path/;

/** A node whose pods wait because a plugin's program is not there. */
export interface MissingPlugin {
  node: string;
  plugin: string;
  pods: PodRecord[];
  /** The ready agent there whose start brings the program back; null where nobody's does. */
  agent: PodRecord | null;
}

/** Believed of pods that wait without an address on the node: their own events say which program it is. */
export function missingPlugin(situation: Situation): MissingPlugin | null {
  const { facts } = situation;
  const named = new Map(
    facts.events.flatMap(({ object, message }) => {
      const plugin = object.kind === 'Pod' ? MISSING.exec(message)?.[1] : undefined;
      return plugin === undefined ? [] : [[`${object.namespace}/${object.name}`, plugin] as const];
    }),
  );
  const waiting = facts.pods.filter(
    (pod) =>
      isActive(pod) &&
      pod.ips.length === 0 &&
      concernsNodes(situation, [pod.nodeName]) &&
      named.has(`${pod.meta.namespace}/${pod.meta.name}`),
  );
  const [first] = waiting;
  if (first === undefined) return null;
  const plugin = named.get(`${first.meta.namespace}/${first.meta.name}`) ?? '';
  const agent = cniCoverage(facts)
    .filter(({ flavour }) => OWN[flavour]?.includes(plugin) === true)
    .flatMap(({ nodes }) => nodes)
    .find((on) => on.state === 'ready' && on.node.meta.name === first.nodeName);
  return {
    node: first.nodeName,
    plugin,
    pods: waiting.filter(({ nodeName }) => nodeName === first.nodeName),
    agent: agent?.state === 'ready' ? agent.pod : null,
  };
}
