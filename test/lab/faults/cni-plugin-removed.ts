import type { Fault } from './fault.ts';
import { flannelReady, restartFlannel } from './flannel-agent.ts';
import { addLateComer, freshPod, lateComerRuns, removeLateComer } from './fresh-pod.ts';
import { measuring } from './measuring.ts';

export const cniPluginRemoved: Fault = {
  name: 'cni-plugin-removed',
  about:
    'The flannel program in /opt/cni/bin of the node was deleted. ' +
    'Running pods are fine; new ones stay in ContainerCreating (failed to find plugin "flannel" in path).',
  cause: 'cni-not-initialized',
  symptoms: ['pods-stuck'],
  async inject({ lab, node }) {
    await lab.on(node, ['rm', '-f', '/opt/cni/bin/flannel'], { timeoutMs: 20_000 });
    await addLateComer(lab, node);
  },
  async heal({ lab, node }) {
    await restartFlannel(lab, node);
    await flannelReady(lab);
    await removeLateComer(lab);
  },
  async measure({ lab, node }) {
    const measure = measuring(lab);
    await measure.look(`new pod on ${node}`, () => freshPod(lab, node));
    await measure.look('late-comer', () => lateComerRuns(lab));
    return measure.result();
  },
};
