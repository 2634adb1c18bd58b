import { formatRef } from '../domain/object-ref.ts';
import type { Situation } from '../facts/cluster-facts.ts';
import { changedBefore, lastChangeOf } from '../facts/recent-changes.ts';
import { outsideOfNetwork } from './cluster-ranges.ts';
import { clip, evidence } from './evidence.ts';
import { nameNodes } from './name-nodes.ts';
import type { Remedy } from './runbook.ts';
import { concernsNodes, troubleSinceMs } from './symptom-scope.ts';
import type { Weighed } from './weigh.ts';

interface Mismatch {
  text: string;
  changed: string;
  network: NonNullable<ReturnType<typeof outsideOfNetwork>>['network'];
  nodes: string[];
}

/** flannel's agent exits where the node's range is not within the network that its configuration names. */
function mismatchOf(situation: Situation): Mismatch | null {
  const { facts } = situation;
  const outside = outsideOfNetwork(facts);
  if (outside === null || !concernsNodes(situation, outside.nodes)) return null;
  const { network, nodes } = outside;
  const record = facts.configMaps.find(({ meta }) => meta.uid === network.ref.uid);
  const changed =
    record === undefined
      ? ''
      : changedBefore(
          lastChangeOf(record.meta, 'net-conf') ?? lastChangeOf(record.meta, 'data'),
          troubleSinceMs(situation),
        );
  const ranges = facts.nodes
    .filter(({ meta }) => nodes.includes(meta.name))
    .slice(0, 3)
    .map(({ meta, podCIDRs }) => `${meta.name} ${podCIDRs.join(', ')}`);
  const when = changed === '' ? '' : ` (${changed})`;
  const text = `${formatRef(network.ref)} says Network ${network.text}, which does not hold the ranges of ${nameNodes(nodes)}: ${ranges.join('; ')}${when}`;
  return { text, changed, network, nodes };
}

export function configEvidence(situation: Situation): Weighed[] {
  const mismatch = mismatchOf(situation);
  if (mismatch === null) return [];
  return [{ weight: 0.6, evidence: evidence('object', mismatch.text, { ref: mismatch.network.ref }) }];
}

/** The ranges of all nodes as one list of what the network has to hold; a person chooses the network. */
export function configEscalation(situation: Situation): Remedy | null {
  const mismatch = mismatchOf(situation);
  if (mismatch === null) return null;
  const { namespace, name } = mismatch.network.ref;
  return {
    type: 'escalate',
    escalation: {
      cause: 'cni-agent-crash',
      title: clip(`flannel’s configuration does not fit the pod range of ${nameNodes(mismatch.nodes)}`, 200),
      why: clip(
        `${mismatch.text}. flannel exits there until it fits; agents that still run would not come up again either. Pods that already run keep their network.`,
        800,
      ),
      options: [
        `Put the right Network back: kubectl -n ${namespace} edit configmap ${name} (net-conf.json). It has to hold every node's range (kubectl get nodes -o custom-columns=NAME:.metadata.name,RANGE:.spec.podCIDR) and be the controller manager's --cluster-cidr.`,
        `Agents in a crash loop read it when they start next, within 5 min; deleting the failing pod makes it now. Do not roll the DaemonSet before it is right.`,
        'If the new network is meant: ranges of nodes that exist cannot be changed; nodes have to be removed and registered anew one by one, with their pods.',
      ].map((option) => clip(option, 400)),
    },
  };
}
