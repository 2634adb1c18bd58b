import type { Lab } from '../lab.ts';
import { quickly, rolledOut } from './change-objects.ts';
import { deletePods, podsOf } from './lab-pods.ts';
import { knownNode, oneNode } from './lab-nodes.ts';
import { until } from './until.ts';

/**
 * A pod range cannot be changed: the Node object is deleted and made again, with that range or (null) without one,
 * and the node forgets its network as after a reboot; flannel has to be restarted after it.
 */
export async function registerAnew(lab: Lab, node: string, podCidr: string | null): Promise<void> {
  const known = await knownNode(lab, node);
  const labels = known?.labels ?? { 'kubernetes.io/hostname': node, 'kubernetes.io/os': 'linux' };
  await lab.kubectl(['delete', 'node', node, '--ignore-not-found', '--wait=true'], { timeoutMs: 60_000 });
  const spec = podCidr === null ? {} : { podCIDR: podCidr, podCIDRs: [podCidr] };
  const object = { apiVersion: 'v1', kind: 'Node', metadata: { name: node, labels }, spec };
  await lab.kubectl(['create', '-f', '-'], { ...quickly, input: JSON.stringify(object) });
  await until(`${node} to be Ready`, 90_000, async () => (await oneNode(lab, node)).ready);
  await lab.on(
    node,
    ['sh', '-c', 'ip link del cni0; rm -f /run/flannel/subnet.env; rm -rf /var/lib/cni/networks/cbr0; true'],
    { timeoutMs: 20_000 },
  );
}

/** New pods for everything on the node that is not in its host network. */
export async function renewNodePods(lab: Lab, node: string): Promise<void> {
  await deletePods(
    lab,
    (await podsOf(lab, null, { node })).filter((pod) => !pod.hostNetwork),
  );
}

/** The lab's own workloads and CoreDNS are all Ready. */
export async function workloadsReady(lab: Lab): Promise<void> {
  await rolledOut(lab, 'app', 'ds/echo');
  await rolledOut(lab, 'app', 'ds/client');
  await rolledOut(lab, 'kube-system', 'deploy/coredns');
}
