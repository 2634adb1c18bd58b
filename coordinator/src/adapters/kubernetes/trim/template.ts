import type { TemplateRecord, Toleration } from '../../../facts/records.ts';
import { fieldsOf, jsonOf, listOf, textMap, textOf } from './json-fields.ts';
import { trimAnnotations } from './meta.ts';

/** Pod template of a DaemonSet or Deployment. */
export function trimTemplate(raw: unknown): TemplateRecord {
  const template = fieldsOf(raw);
  const metadata = fieldsOf(template['metadata']);
  const spec = fieldsOf(template['spec']);
  const nodeAffinity = fieldsOf(fieldsOf(spec['affinity'])['nodeAffinity']);
  return {
    labels: textMap(metadata['labels']),
    annotations: trimAnnotations(metadata['annotations']),
    nodeSelector: textMap(spec['nodeSelector']),
    tolerations: listOf(spec['tolerations']).map(trimToleration),
    requiredNodeAffinity: jsonOf(nodeAffinity['requiredDuringSchedulingIgnoredDuringExecution']),
    hostNetwork: spec['hostNetwork'] === true,
    images: listOf(spec['containers']).map((item) => textOf(fieldsOf(item)['image'])),
    priorityClassName: textOf(spec['priorityClassName']),
  };
}

function trimToleration(raw: unknown): Toleration {
  const { key, operator, value, effect } = fieldsOf(raw);
  return {
    ...(typeof key === 'string' ? { key } : {}),
    ...(typeof operator === 'string' ? { operator } : {}),
    ...(typeof value === 'string' ? { value } : {}),
    ...(typeof effect === 'string' ? { effect } : {}),
  };
}
