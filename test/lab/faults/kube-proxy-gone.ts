import type { Fault } from './fault.ts';
import { measuring } from './measuring.ts';
import { excludeNode, includeNode } from './node-exclusion.ts';
import { lookAtService } from './service-path.ts';

const daemonSet = { namespace: 'kube-system', name: 'kube-proxy', selector: 'k8s-app=kube-proxy' };

export const kubeProxyGone: Fault = {
  name: 'kube-proxy-gone',
  about:
    'kube-proxy is kept off the node, and its chain KUBE-SERVICES is empty. ' +
    'No service address works there, and so no DNS; pod addresses are fine.',
  cause: 'kube-proxy-broken',
  symptoms: ['paths-failing'],
  async inject(place) {
    await excludeNode(place, daemonSet);
    // Connections that are known go on past the rules.
    const flush = 'iptables -w 5 -t nat -F KUBE-SERVICES && { conntrack -F >/dev/null 2>&1 || true; }';
    await place.lab.on(place.node, ['sh', '-c', flush], { timeoutMs: 20_000 });
  },
  heal: (place) => includeNode(place, daemonSet),
  async measure({ lab, node, peer }) {
    const measure = measuring(lab);
    await lookAtService(measure, lab, node);
    await measure.dns(node);
    await measure.podToPod(node, peer);
    return measure.result();
  },
};
