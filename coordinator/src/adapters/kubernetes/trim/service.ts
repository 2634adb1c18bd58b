import type { ServiceRecord } from '../../../facts/records.ts';
import { fieldsOf, listOf, numberOf, textMap, textOf, textsOf } from './json-fields.ts';
import { trimMeta } from './meta.ts';

export function trimService(raw: unknown): ServiceRecord | null {
  const object = fieldsOf(raw);
  const meta = trimMeta(object);
  if (meta === null) return null;
  const spec = fieldsOf(object['spec']);
  const several = textsOf(spec['clusterIPs']);
  const single = textOf(spec['clusterIP']);
  const addresses = several.length === 0 && single !== '' ? [single] : several;
  return {
    meta,
    type: textOf(spec['type']) || 'ClusterIP',
    clusterIPs: addresses.filter((address) => address !== 'None'),
    headless: addresses.includes('None'),
    selector: textMap(spec['selector']),
    publishNotReadyAddresses: spec['publishNotReadyAddresses'] === true,
    ports: listOf(spec['ports']).map((item) => {
      const { name, port, targetPort, protocol } = fieldsOf(item);
      return {
        name: textOf(name),
        port: numberOf(port),
        targetPort: typeof targetPort === 'number' ? String(targetPort) : textOf(targetPort),
        protocol: textOf(protocol) || 'TCP',
      };
    }),
  };
}
