import { breakCorefile } from '../../sim/faults.ts';
import type { Scenario } from './scenario.ts';

export const corefileBroken: Scenario = {
  name: 'corefile-broken',
  description: 'someone edits the Corefile with a typo and restarts CoreDNS: no DNS in the whole cluster',
  expects: {
    end: 'fixed',
    cause: 'coredns-config',
    changes: [
      /^patch configmaps kube-system\/coredns$/,
      /^patch deployments kube-system\/coredns$/,
      /^delete pods kube-system\/coredns-/,
    ],
  },
  async inject({ cluster, sam, tell }) {
    tell(
      'sam edits ConfigMap kube-system/coredns with kubectl: "ready" becomes "redy";',
      'then deletes the CoreDNS pods so that they start with the new file',
    );
    await breakCorefile(cluster, sam);
  },
};
