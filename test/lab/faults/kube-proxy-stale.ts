import { quickly, rolledOut } from './change-objects.ts';
import type { Fault } from './fault.ts';
import { measuring } from './measuring.ts';
import { excludeNode, includeNode } from './node-exclusion.ts';
import { lookAtService } from './service-path.ts';

const daemonSet = { namespace: 'kube-system', name: 'kube-proxy', selector: 'k8s-app=kube-proxy' };

export const kubeProxyStale: Fault = {
  name: 'kube-proxy-stale',
  about:
    'kube-proxy is kept off the node, its rules are left behind, and the echo pods have been replaced since. ' +
    'On that node the service leads to addresses that are gone; pod addresses are fine.',
  cause: 'kube-proxy-broken',
  symptoms: ['paths-failing'],
  async inject(place) {
    await excludeNode(place, daemonSet);
    await place.lab.kubectl(['-n', 'app', 'rollout', 'restart', 'ds/echo'], quickly);
    await rolledOut(place.lab, 'app', 'ds/echo');
  },
  heal: (place) => includeNode(place, daemonSet),
  async measure({ lab, node, peer }) {
    const measure = measuring(lab);
    await lookAtService(measure, lab, node);
    await measure.podToPod(node, peer);
    return measure.result();
  },
};
