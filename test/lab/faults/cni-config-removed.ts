import type { Fault } from './fault.ts';
import { flannelReady, restartFlannel } from './flannel-agent.ts';
import { oneNode } from './lab-nodes.ts';
import { measuring } from './measuring.ts';
import { until } from './until.ts';

export const cniConfigRemoved: Fault = {
  name: 'cni-config-removed',
  about:
    'The CNI configuration file of the node was deleted, while its flannel pod runs on and does not write it again. ' +
    'The node is NotReady (NetworkPluginNotReady); running pods are fine, new ones get no sandbox.',
  cause: 'cni-not-initialized',
  symptoms: ['node-network'],
  async inject({ lab, node }) {
    await lab.on(node, ['rm', '-f', '/etc/cni/net.d/10-flannel.conflist'], { timeoutMs: 20_000 });
    await until(`${node} to be NotReady`, 60_000, async () => !(await oneNode(lab, node)).ready);
  },
  async heal({ lab, node }) {
    await restartFlannel(lab, node);
    await flannelReady(lab);
    await until(`${node} to be Ready`, 60_000, async () => (await oneNode(lab, node)).ready);
  },
  async measure({ lab, node, peer }) {
    const measure = measuring(lab);
    await measure.look(node, async () => {
      const { ready, said } = await oneNode(lab, node);
      return { healthy: ready, seen: said };
    });
    await measure.podToPod(node, peer);
    return measure.result();
  },
};
