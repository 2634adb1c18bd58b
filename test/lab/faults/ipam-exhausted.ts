import type { Fault } from './fault.ts';
import { addLateComer, freshPod, lateComerRuns, removeLateComer } from './fresh-pod.ts';
import { measuring } from './measuring.ts';

const leak = String.raw`
cd /var/lib/cni/networks/cbr0 || exit 1
range=$(sed -n 's/^FLANNEL_SUBNET=\(.*\)\.[0-9]*\/.*/\1/p' /run/flannel/subnet.env)
for i in $(seq 2 254); do [ -e "$range.$i" ] || printf 'lab-fault-leaked\r\neth0' > "$range.$i"; done`;
const give = `cd /var/lib/cni/networks/cbr0 2>/dev/null || exit 0; grep -l lab-fault-leaked ./* | xargs -r rm -f`;

export const ipamExhausted: Fault = {
  name: 'ipam-exhausted',
  about:
    "Every free address of the node's range is reserved by pods that are long gone. " +
    'Running pods are fine; new ones stay in ContainerCreating (no IP addresses available).',
  cause: 'ipam-exhausted',
  symptoms: ['pods-stuck'],
  async inject({ lab, node }) {
    await lab.on(node, ['sh', '-c', leak], { timeoutMs: 20_000 });
    await addLateComer(lab, node);
  },
  async heal({ lab, node }) {
    await removeLateComer(lab);
    await lab.on(node, ['sh', '-c', give], { timeoutMs: 20_000 });
  },
  async measure({ lab, node }) {
    const measure = measuring(lab);
    await measure.look(`new pod on ${node}`, () => freshPod(lab, node));
    await measure.look('late-comer', () => lateComerRuns(lab));
    return measure.result();
  },
};
