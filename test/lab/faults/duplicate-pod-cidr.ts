import { rememberOnce } from './fault-memory.ts';
import type { Fault } from './fault.ts';
import { flannelReady, restartFlannel } from './flannel-agent.ts';
import { allNodes, knownNode, podRange } from './lab-nodes.ts';
import { podsOf } from './lab-pods.ts';
import { measuring } from './measuring.ts';
import { restartProgram } from './node-programs.ts';
import { registerAnew, renewNodePods, workloadsReady } from './node-registration.ts';
import { until } from './until.ts';
import { controlNode } from '../lab-names.ts';

export const duplicatePodCidr: Fault = {
  name: 'duplicate-pod-cidr',
  about:
    'The node was registered anew with the pod range of another: both hand out addresses from it. ' +
    "The overlay reaches only one of them: pods of the other's range are unreachable from elsewhere, or somebody else answers.",
  cause: 'ipam-conflict-or-overlap',
  symptoms: ['pod-addresses', 'paths-failing'],
  async inject(place) {
    const { lab, node, peer } = place;
    await rememberOnce(place, 'podCIDR', () => podRange(lab, node));
    const range = await podRange(lab, peer);
    if ((await knownNode(lab, node))?.podCidr === range) return;
    await registerAnew(lab, node, range);
    await restartFlannel(lab);
    await flannelReady(lab);
    await renewNodePods(lab, node);
    // Not Ready: in a routed network not even the node itself may reach them.
    await until(`pods on ${node} with addresses of that range`, 90_000, async () => {
      const pods = await podsOf(lab, 'app', { node });
      return pods.length > 1 && pods.every((pod) => pod.ip !== null);
    });
  },
  async heal(place) {
    const { lab, node } = place;
    const before = await place.recall('podCIDR');
    if (before === null) return;
    const all = await allNodes(lab);
    const podCidr = all.find((one) => one.name === node)?.podCidr ?? null;
    // Whoever gave it a range of its own meanwhile may have given another one than before: that is as good.
    if (podCidr === null || all.some((other) => other.name !== node && other.podCidr === podCidr)) {
      await registerAnew(lab, node, before);
    }
    // Deleting the duplicate made the allocator take the peer's range for free: let it count again.
    await restartProgram(lab, controlNode, 'kube-controller-manager');
    // The others have lost their way to the range when its duplicate went.
    await restartFlannel(lab);
    await flannelReady(lab);
    await renewNodePods(lab, node);
    await workloadsReady(lab);
    await place.forget('podCIDR');
  },
  async measure({ lab, node, peer }) {
    const measure = measuring(lab);
    await measure.look('pod ranges', async () => {
      const all = await allNodes(lab);
      const ranges = all.map((one) => one.podCidr);
      return {
        healthy: !ranges.includes(null) && new Set(ranges).size === ranges.length,
        seen: all.map((one) => `${one.name} ${one.podCidr ?? 'none'}`).join(', '),
      };
    });
    await measure.podToPod(node, peer);
    await measure.look('a third node', async () => {
      const other = (await lab.nodes()).find((name) => name !== node && name !== peer);
      if (other === undefined) return { healthy: true, seen: 'there is none' };
      await measure.podToPod(other, node);
      await measure.podToPod(other, peer);
      return { healthy: true, seen: other };
    });
    return measure.result();
  },
};
