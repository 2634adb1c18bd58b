import { leaveNodeOutOfCni } from '../../sim/faults.ts';
import type { Scenario } from './scenario.ts';

const node = 'node3';

export const cniMissesANode: Scenario = {
  name: 'cni-misses-a-node',
  description:
    'someone gives the CNI DaemonSet a nodeSelector that leaves one node out: it loses its pod network',
  expects: {
    end: 'fixed',
    cause: 'cni-agent-not-scheduled',
    changes: [/^patch daemonsets kube-flannel\/kube-flannel-ds$/],
  },
  async inject({ cluster, sam, tell }) {
    tell(
      'sam labels all nodes but one and edits DaemonSet kube-flannel/kube-flannel-ds with kubectl: a nodeSelector for that label;',
      `the CNI agent leaves ${node}, and its pod network goes with it`,
    );
    await leaveNodeOutOfCni(cluster, sam, node);
  },
};
