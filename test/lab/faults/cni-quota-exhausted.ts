import { apply, remove } from './change-objects.ts';
import type { Fault } from './fault.ts';
import { flannel, flannelOn, flannelReady, restartFlannel } from './flannel-agent.ts';
import { measuring } from './measuring.ts';
import { until } from './until.ts';

const quota = 'resourcequota/lab-pods';

export const cniQuotaExhausted: Fault = {
  name: 'cni-quota-exhausted',
  about:
    "A ResourceQuota in flannel's namespace lets no more pods be made, and the flannel pod of the node was deleted. " +
    'No flannel pod runs there; what is configured goes on working.',
  cause: 'cni-agent-not-scheduled',
  symptoms: ['cni-agents'],
  async inject({ lab, node }) {
    await apply(lab, {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'lab-pods', namespace: flannel.namespace },
      spec: { hard: { pods: '0' } },
    });
    await until('the quota to be counted', 30_000, async () => {
      const args = ['-n', flannel.namespace, 'get', quota, '-o', 'jsonpath={.status.hard.pods}'];
      return (await lab.kubectl(args, { timeoutMs: 20_000 })) === '0';
    });
    await restartFlannel(lab, node);
  },
  async heal({ lab, node }) {
    await remove(lab, flannel.namespace, quota);
    await until(`flannel on ${node}`, 120_000, async () => (await flannelOn(lab, node)).healthy);
    await flannelReady(lab);
  },
  async measure({ lab, node, peer }) {
    const measure = measuring(lab);
    await measure.look(`flannel on ${node}`, () => flannelOn(lab, node));
    await measure.podToPod(node, peer);
    return measure.result();
  },
};
