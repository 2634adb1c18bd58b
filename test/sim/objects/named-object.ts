import type { ResourceKey } from '../apiserver/resource-table.ts';
import type { NewObject } from '../apiserver/system-client.ts';

export interface NamedObject {
  resource: ResourceKey;
  object: NewObject;
}

export function namespace(name: string, labels: { [key: string]: string } = {}): NamedObject {
  return { resource: 'namespaces', object: { metadata: { name, labels } } };
}

export function serviceAccount(inNamespace: string, name: string): NamedObject {
  return { resource: 'serviceaccounts', object: { metadata: { namespace: inNamespace, name } } };
}
