import { podCidr } from '../lab-addresses.ts';
import type { Fault } from './fault.ts';
import { flannelOn } from './flannel-agent.ts';
import { oneNode } from './lab-nodes.ts';
import { measuring } from './measuring.ts';
import { excludeNode, includeNode } from './node-exclusion.ts';
import { until } from './until.ts';

const daemonSet = { namespace: 'kube-flannel', name: 'kube-flannel-ds', selector: 'app=flannel' };
const forgetNetwork = `
ip link del flannel.1 2>/dev/null
for range in $(ip route show root ${podCidr} | sed -n 's/ via .*//p'); do ip route del "$range"; done
rm -f /run/flannel/subnet.env /etc/cni/net.d/10-flannel.conflist`;

export const cniDsNotScheduled: Fault = {
  name: 'cni-ds-not-scheduled',
  about:
    'The nodeSelector of the flannel DaemonSet leaves the node out, and it has lost its CNI state as after a reboot. ' +
    'The node is NotReady (cni plugin not initialized), pod traffic to and from it is lost.',
  cause: 'cni-agent-not-scheduled',
  symptoms: ['cni-agents', 'node-network', 'paths-failing'],
  async inject(place) {
    await excludeNode(place, daemonSet);
    await place.lab.on(place.node, ['sh', '-c', forgetNetwork], { timeoutMs: 20_000 });
    await until(
      `${place.node} to be NotReady`,
      60_000,
      async () => !(await oneNode(place.lab, place.node)).ready,
    );
  },
  async heal(place) {
    await includeNode(place, daemonSet);
    await until(
      `${place.node} to be Ready`,
      60_000,
      async () => (await oneNode(place.lab, place.node)).ready,
    );
  },
  async measure({ lab, node, peer }) {
    const measure = measuring(lab);
    await measure.look(`flannel on ${node}`, () => flannelOn(lab, node));
    await measure.look(node, async () => {
      const { ready, said } = await oneNode(lab, node);
      return { healthy: ready, seen: said };
    });
    await measure.podToPod(peer, node);
    await measure.podToPod(node, peer);
    return measure.result();
  },
};
