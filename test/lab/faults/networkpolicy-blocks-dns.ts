import { apply, remove } from './change-objects.ts';
import type { Fault } from './fault.ts';
import { measuring } from './measuring.ts';

const policy = 'restrict-egress';

export const networkpolicyBlocksDns: Fault = {
  name: 'networkpolicy-blocks-dns',
  about:
    'An egress policy in the namespace app allows everything inside of it and forgets DNS. ' +
    'Lookups time out; pod addresses are fine.',
  cause: 'netpol-blocks-dns',
  symptoms: ['paths-failing'],
  inject: ({ lab }) =>
    apply(lab, {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: policy, namespace: 'app' },
      spec: { podSelector: {}, policyTypes: ['Egress'], egress: [{ to: [{ podSelector: {} }] }] },
    }),
  heal: ({ lab }) => remove(lab, 'app', `networkpolicy/${policy}`),
  async measure({ lab, node, peer }) {
    const measure = measuring(lab);
    await measure.dns(node);
    await measure.podToPod(node, peer);
    return measure.result();
  },
};
