import { controlNode } from '../lab-names.ts';
import type { Fault } from './fault.ts';
import { oneNode } from './lab-nodes.ts';
import { measuring } from './measuring.ts';
import { workloadsReady } from './node-registration.ts';

export const nodePowerCut: Fault = {
  name: 'node-power-cut',
  about:
    'The node is gone from one moment to the next, as when the power is cut. ' +
    'Its pods no longer answer, and it is NotReady within a minute.',
  cause: 'node-not-ready',
  symptoms: ['paths-failing', 'node-network'],
  nodes: 'workers',
  async inject({ lab, node }) {
    if (node === controlNode)
      throw new Error(`${node} runs the control plane: without it there is no cluster to look at`);
    if ((await lab.nodes()).includes(node)) await lab.stopNode(node);
  },
  async heal({ lab, node }) {
    if (!(await lab.nodes()).includes(node)) await lab.startNode(node);
    await workloadsReady(lab);
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
