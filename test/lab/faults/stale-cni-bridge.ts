import type { Lab } from '../lab.ts';
import type { Fault } from './fault.ts';
import { addLateComer, freshPod, lateComerRuns, removeLateComer } from './fresh-pod.ts';
import { measuring } from './measuring.ts';
import { renewNodePods, workloadsReady } from './node-registration.ts';

const staleAddress = '198.19.77.1/24';
const own = String.raw`own=$(sed -n 's/^FLANNEL_SUBNET=//p' /run/flannel/subnet.env)`;

/** What of the bridge is left: its own address, another one, or it is not there. */
async function bridgeState(lab: Lab, node: string): Promise<'own' | 'other' | 'absent'> {
  const script = `${own}; ip -4 -o addr show dev cni0 2>/dev/null | grep -q " $own " && { echo own; exit; }
    [ -e /sys/class/net/cni0 ] && echo other || echo absent`;
  const state = (await lab.on(node, ['sh', '-c', script], { timeoutMs: 20_000 })).trim();
  if (state === 'own' || state === 'other' || state === 'absent') return state;
  throw new Error(`the bridge of ${node}: ${state}`);
}

export const staleCniBridge: Fault = {
  name: 'stale-cni-bridge',
  about:
    'The bridge cni0 of the node has an address of another range, left over from an earlier network. ' +
    'Pods there have lost their gateway; new ones stay in ContainerCreating ("cni0" already has an IP address different from).',
  cause: 'stale-cni-state',
  symptoms: ['pods-stuck', 'paths-failing'],
  async inject({ lab, node }) {
    const script = `ip link show cni0 >/dev/null 2>&1 || ip link add cni0 type bridge
      ip link set cni0 up; ip -4 addr flush dev cni0; ip addr add ${staleAddress} dev cni0`;
    await lab.on(node, ['sh', '-c', script], { timeoutMs: 20_000 });
    await addLateComer(lab, node);
  },
  async heal({ lab, node }) {
    await removeLateComer(lab);
    switch (await bridgeState(lab, node)) {
      case 'own':
        break;
      case 'other':
        await lab.on(
          node,
          ['sh', '-c', `${own}; ip -4 addr flush dev cni0; ip addr add "$own" brd + dev cni0`],
          {
            timeoutMs: 20_000,
          },
        );
        break;
      case 'absent':
        // Without the bridge the pods of before hang in the air.
        await renewNodePods(lab, node);
        await workloadsReady(lab);
        break;
    }
  },
  async measure({ lab, node, peer }) {
    const measure = measuring(lab);
    await measure.look(`new pod on ${node}`, () => freshPod(lab, node));
    await measure.look('late-comer', () => lateComerRuns(lab));
    await measure.podToPod(node, peer);
    return measure.result();
  },
};
