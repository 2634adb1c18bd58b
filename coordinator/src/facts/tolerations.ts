import type { Taint, Toleration } from './records.ts';

/** Whether one toleration covers a taint (core/v1, Toleration.ToleratesTaint). */
export function tolerates(toleration: Toleration, taint: Taint): boolean {
  const { key = '', effect = '', value = '' } = toleration;
  if (effect !== '' && effect !== taint.effect) return false;
  if (key !== '' && key !== taint.key) return false;
  const operator = toleration.operator || 'Equal';
  if (operator === 'Exists') return true;
  // Without a key only Exists is valid.
  return operator === 'Equal' && key !== '' && value === taint.value;
}

/** Taints that keep a pod away from a node: PreferNoSchedule never does. */
export function keepsAway(taint: Taint): boolean {
  return taint.effect === 'NoSchedule' || taint.effect === 'NoExecute';
}

/** The taints among `taints` that keep away a pod with these tolerations. */
export function untolerated(taints: readonly Taint[], tolerations: readonly Toleration[]): Taint[] {
  return taints.filter(
    (taint) => keepsAway(taint) && !tolerations.some((toleration) => tolerates(toleration, taint)),
  );
}

/**
 * Tolerations that the DaemonSet controller adds to each of its pods.
 * Source: pkg/controller/daemon/util, AddOrUpdateDaemonPodTolerations.
 */
export function automaticTolerations(hostNetwork: boolean): Toleration[] {
  const noSchedule = ['disk-pressure', 'memory-pressure', 'pid-pressure', 'unschedulable'];
  if (hostNetwork) noSchedule.push('network-unavailable');
  return [
    ...['not-ready', 'unreachable'].map((name) => automatic(name, 'NoExecute')),
    ...noSchedule.map((name) => automatic(name, 'NoSchedule')),
  ];
}

function automatic(name: string, effect: string): Toleration {
  return { key: `node.kubernetes.io/${name}`, operator: 'Exists', effect };
}

/** `key=value:Effect` as kubectl writes taints. */
export function formatTaint(taint: Taint): string {
  return `${taint.key}${taint.value === '' ? '' : `=${taint.value}`}:${taint.effect}`;
}
