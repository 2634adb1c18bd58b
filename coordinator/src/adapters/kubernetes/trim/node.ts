import type { NodeRecord } from '../../../facts/records.ts';
import { trimConditions } from './condition.ts';
import { fieldsOf, listOf, textOf, textsOf } from './json-fields.ts';
import { trimMeta } from './meta.ts';

/** Metadata of nodes is written by controllers all the time: who wrote it last says nothing here. */
export function trimNode(raw: unknown): NodeRecord | null {
  const object = fieldsOf(raw);
  const meta = trimMeta(object, 'none');
  if (meta === null) return null;
  const spec = fieldsOf(object['spec']);
  const status = fieldsOf(object['status']);
  const cidrs = textsOf(spec['podCIDRs']);
  const cidr = textOf(spec['podCIDR']);
  return {
    meta,
    podCIDRs: cidrs.length === 0 && cidr !== '' ? [cidr] : cidrs,
    unschedulable: spec['unschedulable'] === true,
    taints: listOf(spec['taints']).map((item) => {
      const { key, value, effect } = fieldsOf(item);
      return { key: textOf(key), value: textOf(value), effect: textOf(effect) };
    }),
    conditions: trimConditions(status['conditions']),
    internalIPs: listOf(status['addresses']).flatMap((item) => {
      const { type, address } = fieldsOf(item);
      return type === 'InternalIP' && typeof address === 'string' ? [address] : [];
    }),
    kubeletVersion: textOf(fieldsOf(status['nodeInfo'])['kubeletVersion']),
    allocatablePods: Number(textOf(fieldsOf(status['allocatable'])['pods'])) || 0,
  };
}
