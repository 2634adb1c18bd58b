import type { EndpointSliceRecord } from '../../../facts/records.ts';
import { fieldsOf, listOf, numberOf, textOf, textsOf } from './json-fields.ts';
import { trimMeta } from './meta.ts';

export function trimEndpointSlice(raw: unknown): EndpointSliceRecord | null {
  const object = fieldsOf(raw);
  const meta = trimMeta(object, 'none');
  if (meta === null) return null;
  return {
    meta,
    service: meta.labels['kubernetes.io/service-name'] ?? '',
    addressType: textOf(object['addressType']),
    ports: listOf(object['ports']).map((item) => {
      const { name, port, protocol } = fieldsOf(item);
      return { name: textOf(name), port: numberOf(port), protocol: textOf(protocol) || 'TCP' };
    }),
    endpoints: listOf(object['endpoints']).map(trimEndpoint),
  };
}

function trimEndpoint(raw: unknown): EndpointSliceRecord['endpoints'][number] {
  const endpoint = fieldsOf(raw);
  const conditions = fieldsOf(endpoint['conditions']);
  const target = fieldsOf(endpoint['targetRef']);
  // The API says: an absent `ready` is to be read as ready, an absent `serving` as `ready`.
  const ready = conditions['ready'] !== false;
  return {
    addresses: textsOf(endpoint['addresses']),
    ready,
    serving: conditions['serving'] === undefined ? ready : conditions['serving'] === true,
    terminating: conditions['terminating'] === true,
    nodeName: textOf(endpoint['nodeName']),
    pod: target['kind'] === 'Pod' ? textOf(target['name']) : '',
  };
}
