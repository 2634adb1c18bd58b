import { exhaustAddresses } from '../../sim/faults.ts';
import type { Scenario } from './scenario.ts';

const node = 'node5';

export const addressesExhausted: Scenario = {
  name: 'addresses-exhausted',
  description:
    'a node has no free pod address left, new pods hang in ContainerCreating: the cluster owners are asked',
  expects: { end: 'escalated', cause: 'ipam-exhausted' },
  async inject({ cluster, sam, tell }) {
    tell(
      `every address of ${node}'s range is taken, most by pods that no longer exist;`,
      'sam creates Deployment app/worker with kubectl, whose 2 pods are to run there',
    );
    await exhaustAddresses(cluster, sam, node);
  },
};
