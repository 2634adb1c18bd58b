import { apply, remove } from './change-objects.ts';
import type { Fault } from './fault.ts';
import { measuring } from './measuring.ts';

const policy = 'default-deny';

export const networkpolicyDenyAll: Fault = {
  name: 'networkpolicy-deny-all',
  about:
    'A policy in the namespace app denies everything, both ways. ' +
    'Whatever its pods send or get times out.',
  cause: 'netpol-blocks-traffic',
  alsoTrue: ['netpol-blocks-dns'],
  symptoms: ['paths-failing'],
  inject: ({ lab }) =>
    apply(lab, {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: policy, namespace: 'app' },
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    }),
  heal: ({ lab }) => remove(lab, 'app', `networkpolicy/${policy}`),
  async measure({ lab, node, peer }) {
    const measure = measuring(lab);
    await measure.dns(node);
    await measure.podToPod(node, peer);
    await measure.podToPod(node, node);
    return measure.result();
  },
};
