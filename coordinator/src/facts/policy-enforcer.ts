import type { ClusterFacts } from './cluster-facts.ts';
import { cniAgents, type CniFlavour } from './cni-flavour.ts';

/** CNIs whose agent enforces NetworkPolicies, by their own documentation. */
const ENFORCING: readonly CniFlavour[] = [
  'calico',
  'canal',
  'cilium',
  'weave',
  'antrea',
  'kube-router',
  'ovn-kubernetes',
  'kube-ovn',
];
/** What controllers of policies beside a CNI are called: kube-network-policies, azure-npm, aws-network-policy-agent, netpol. */
const CONTROLLER = /(^|[-/])(net(work)?-?pol(ic(y|ies))?|npm|npc)(-|:|@|$)/;

/** Whether something is there that is known to enforce NetworkPolicies; false is "not known", not "no". */
export function enforcesPolicies(facts: ClusterFacts): boolean {
  return (
    cniAgents(facts).some(({ flavour }) => ENFORCING.includes(flavour)) ||
    facts.daemonSets.some(
      ({ meta, template }) =>
        CONTROLLER.test(meta.name) || template.images.some((image) => CONTROLLER.test(image)),
    )
  );
}
