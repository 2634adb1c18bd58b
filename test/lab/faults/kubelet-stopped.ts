import type { Fault } from './fault.ts';
import { oneNode } from './lab-nodes.ts';
import { measuring } from './measuring.ts';

import { until } from './until.ts';

export const kubeletStopped: Fault = {
  name: 'kubelet-stopped',
  about:
    'The kubelet of the node was stopped and stays down. ' +
    'The node is NotReady within a minute; its pods run on and answer, but Services leave them out.',
  cause: 'node-not-ready',
  symptoms: ['node-network'],
  inject: ({ lab, node }) => lab.stopProgram(node, 'kubelet'),
  async heal({ lab, node }) {
    await lab.startProgram(node, 'kubelet');
    await until(`${node} to be Ready`, 90_000, async () => (await oneNode(lab, node)).ready);
  },
  async measure({ lab, node, peer }) {
    const measure = measuring(lab);
    await measure.look(node, async () => {
      const { ready, said } = await oneNode(lab, node);
      return { healthy: ready, seen: said };
    });
    await measure.podToPod(peer, node);
    return measure.result();
  },
};
