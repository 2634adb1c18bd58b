import { blipPodNetwork } from '../../sim/faults.ts';
import type { Scenario } from './scenario.ts';

const node = 'node4';
const lastsMs = 22_000;

export const blip: Scenario = {
  name: 'blip',
  description: 'the pod network of one node is gone for 22 s and comes back by itself: nothing is to be done',
  expects: { end: 'healed' },
  async inject({ cluster, tell, later }) {
    tell(`packets between pods on ${node} and pods elsewhere vanish; nobody changed anything`);
    const heal = blipPodNetwork(cluster, node);
    later(lastsMs, () => {
      heal();
      tell(`the pod network of ${node} is back, by itself`);
    });
  },
};
