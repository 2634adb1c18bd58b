import { quickly, readValue, putBack, rolledOut } from './change-objects.ts';
import { rememberOnce } from './fault-memory.ts';
import type { Fault } from './fault.ts';
import { flannel, flannelOn, flannelReady } from './flannel-agent.ts';
import { measuring } from './measuring.ts';
import { until } from './until.ts';

const taint = 'lab.test/dedicated';
const tolerations = '{.spec.template.spec.tolerations}';

export const cniDsNotTolerated: Fault = {
  name: 'cni-ds-not-tolerated',
  about:
    'The node has a taint that the flannel DaemonSet, whose tolerations were narrowed, does not tolerate. ' +
    'No flannel pod runs there; what is configured goes on working.',
  cause: 'cni-agent-not-scheduled',
  symptoms: ['cni-agents'],
  async inject(place) {
    const { lab, node } = place;
    await rememberOnce(place, 'tolerations', () =>
      readValue(lab, flannel.namespace, flannel.daemonSet, tolerations),
    );
    await lab.kubectl(['taint', 'node', node, `${taint}=batch:NoSchedule`, '--overwrite'], quickly);
    const narrowed = JSON.stringify([{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }]);
    await putBack(lab, flannel.namespace, flannel.daemonSet, '/spec/template/spec/tolerations', narrowed);
    await until(
      `flannel to leave ${node}`,
      90_000,
      async () => (await flannelOn(lab, node)).seen === 'no pod',
    );
    await rolledOut(lab, flannel.namespace, flannel.daemonSet);
  },
  async heal(place) {
    const { lab, node } = place;
    const before = await place.recall('tolerations');
    if (before !== null) {
      await putBack(lab, flannel.namespace, flannel.daemonSet, '/spec/template/spec/tolerations', before);
    }
    await lab.kubectl(['taint', 'node', node, `${taint}-`], quickly).catch((error: unknown) => {
      // Somebody else took the taint away.
      if (!String(error).includes('not found')) throw error;
    });
    await flannelReady(lab);
    await until(`flannel on ${node}`, 60_000, async () => (await flannelOn(lab, node)).healthy);
    await place.forget('tolerations');
  },
  async measure({ lab, node, peer }) {
    const measure = measuring(lab);
    await measure.look(`flannel on ${node}`, () => flannelOn(lab, node));
    await measure.podToPod(node, peer);
    return measure.result();
  },
};
