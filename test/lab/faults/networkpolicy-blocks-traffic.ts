import { apply, remove } from './change-objects.ts';
import type { Fault } from './fault.ts';
import { measuring } from './measuring.ts';

const policy = 'echo-restricted';

export const networkpolicyBlocksTraffic: Fault = {
  name: 'networkpolicy-blocks-traffic',
  about:
    'An ingress policy for the echo pods allows their TCP port 7070 only. ' +
    'HTTP to them and to their Service times out; DNS and everything else is fine.',
  cause: 'netpol-blocks-traffic',
  symptoms: ['paths-failing'],
  inject: ({ lab }) =>
    apply(lab, {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: policy, namespace: 'app' },
      spec: {
        podSelector: { matchLabels: { app: 'echo' } },
        policyTypes: ['Ingress'],
        ingress: [{ ports: [{ protocol: 'TCP', port: 7070 }] }],
      },
    }),
  heal: ({ lab }) => remove(lab, 'app', `networkpolicy/${policy}`),
  async measure({ lab, node, peer }) {
    const measure = measuring(lab);
    await measure.podToPod(node, peer);
    await measure.toEcho(node, peer, 7070, `${node} -> ${peer} pod tcp 7070`, { kind: 'tcp' });
    return measure.result();
  },
};
