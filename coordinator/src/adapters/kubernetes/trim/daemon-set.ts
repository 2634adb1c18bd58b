import type { DaemonSetRecord } from '../../../facts/records.ts';
import { fieldsOf, numberOf, textMap } from './json-fields.ts';
import { trimMeta } from './meta.ts';
import { trimTemplate } from './template.ts';

export function trimDaemonSet(raw: unknown): DaemonSetRecord | null {
  const object = fieldsOf(raw);
  const meta = trimMeta(object);
  if (meta === null) return null;
  const spec = fieldsOf(object['spec']);
  const status = fieldsOf(object['status']);
  const strategy = fieldsOf(spec['updateStrategy']);
  const maxUnavailable = fieldsOf(strategy['rollingUpdate'])['maxUnavailable'];
  return {
    meta,
    selector: textMap(fieldsOf(spec['selector'])['matchLabels']),
    template: trimTemplate(spec['template']),
    updateStrategy: strategy['type'] === 'OnDelete' ? 'OnDelete' : 'RollingUpdate',
    maxUnavailable:
      typeof maxUnavailable === 'string' || typeof maxUnavailable === 'number' ? String(maxUnavailable) : '1',
    desired: numberOf(status['desiredNumberScheduled']),
    current: numberOf(status['currentNumberScheduled']),
    ready: numberOf(status['numberReady']),
    updated: numberOf(status['updatedNumberScheduled']),
    unavailable: numberOf(status['numberUnavailable']),
    misscheduled: numberOf(status['numberMisscheduled']),
    observedGeneration: numberOf(status['observedGeneration']),
  };
}
