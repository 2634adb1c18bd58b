import type { Lab } from '../lab.ts';
import { rolledOut } from './change-objects.ts';
import type { FaultPlace } from './fault.ts';
import { podsOf, renewPods } from './lab-pods.ts';
import type { Sight } from './measuring.ts';
import { until } from './until.ts';

export const flannel = {
  namespace: 'kube-flannel',
  daemonSet: 'ds/kube-flannel-ds',
  selector: 'app=flannel',
  configMap: 'cm/kube-flannel-cfg',
} as const;

/**
 * A new flannel pod on one node, or (without a node) on all: its init containers put the plugin and the CNI
 * configuration in place again, and it configures the way to every range anew.
 */
export async function restartFlannel(lab: Lab, node?: string): Promise<void> {
  await renewPods(lab, flannel.namespace, flannel.selector, node);
}

export async function flannelReady(lab: Lab): Promise<void> {
  await rolledOut(lab, flannel.namespace, flannel.daemonSet);
}

/** The state of flannel's pod on a node. */
export async function flannelOn(lab: Lab, node: string): Promise<Sight> {
  const pods = await podsOf(lab, flannel.namespace, { selector: flannel.selector, node });
  const [pod] = pods;
  return pod === undefined ? { healthy: false, seen: 'no pod' } : { healthy: pod.ready, seen: pod.state };
}

/** Waits until flannel on the node has failed at least once. */
export async function flannelFails(place: FaultPlace): Promise<void> {
  await until(`flannel on ${place.node} to fail`, 90_000, async () => {
    const { seen } = await flannelOn(place.lab, place.node);
    return /Error|CrashLoopBackOff|ErrImagePull|ImagePullBackOff/.test(seen);
  });
}
