import type { PodRecord } from '../../../facts/records.ts';
import { trimConditions } from './condition.ts';
import { trimContainers } from './container.ts';
import { fieldsOf, listOf, textOf } from './json-fields.ts';
import { trimMeta } from './meta.ts';

export function trimPod(raw: unknown): PodRecord | null {
  const object = fieldsOf(raw);
  const meta = trimMeta(object, 'none');
  if (meta === null) return null;
  const spec = fieldsOf(object['spec']);
  const status = fieldsOf(object['status']);
  const conditions = trimConditions(status['conditions']);
  const ready = conditions.find(({ type }) => type === 'Ready');
  const scheduled = conditions.find(({ type }) => type === 'PodScheduled');
  const nodeName = textOf(spec['nodeName']);
  const isReady = ready?.status === 'True';
  return {
    meta,
    nodeName,
    phase: textOf(status['phase']),
    ready: isReady,
    readySinceMs: isReady ? ready.sinceMs : null,
    scheduled: nodeName !== '',
    hostNetwork: spec['hostNetwork'] === true,
    ips: podIps(status['podIPs'], status['podIP']),
    containers: trimContainers(spec['containers'], status['containerStatuses']),
    initContainers: trimContainers(spec['initContainers'], status['initContainerStatuses']),
    unschedulable: scheduled?.status === 'False' ? `${scheduled.reason}: ${scheduled.message}` : null,
  };
}

function podIps(several: unknown, single: unknown): string[] {
  const ips = listOf(several).flatMap((item) => textOf(fieldsOf(item)['ip']) || []);
  const ip = textOf(single);
  return ips.length === 0 && ip !== '' ? [ip] : ips;
}
