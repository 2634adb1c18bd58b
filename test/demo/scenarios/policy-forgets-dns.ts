import { forgetDnsInPolicy } from '../../sim/faults.ts';
import type { Scenario } from './scenario.ts';

export const policyForgetsDns: Scenario = {
  name: 'policy-forgets-dns',
  description: 'someone restricts egress in a namespace and forgets DNS: its pods resolve no names',
  expects: {
    end: 'fixed',
    cause: 'netpol-blocks-dns',
    changes: [/^patch networkpolicies app\/restrict-egress$/],
  },
  async inject({ sam, tell }) {
    tell(
      'sam creates NetworkPolicy app/restrict-egress with kubectl: egress only to pods of the same namespace;',
      'DNS is not in it',
    );
    await forgetDnsInPolicy(sam, 'app');
  },
};
