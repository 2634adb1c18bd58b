import type { NetworkPolicyRecord } from '../../../facts/records.ts';
import { fieldsOf, jsonOf } from './json-fields.ts';
import { trimMeta } from './meta.ts';

export function trimNetworkPolicy(raw: unknown): NetworkPolicyRecord | null {
  const object = fieldsOf(raw);
  const meta = trimMeta(object);
  return meta === null ? null : { meta, spec: jsonOf(object['spec']) };
}
