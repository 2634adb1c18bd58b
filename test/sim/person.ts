import type { JsonObject, JsonValue } from './apiserver/json-value.ts';
import { isObject, stringAt } from './apiserver/json-value.ts';
import type { ResourceKey } from './apiserver/resource-table.ts';
import { apiVersionOf, resourceEntry } from './apiserver/resource-table.ts';

/** Someone at a keyboard: changes the cluster through the API as kubectl does, under their own name. */
export interface Person {
  get(resource: ResourceKey, namespace: string, name: string): Promise<JsonObject>;
  list(resource: ResourceKey, namespace: string, labelSelector?: string): Promise<JsonObject[]>;
  /** kubectl edit: read, change, write with the resourceVersion that was read. */
  edit(
    resource: ResourceKey,
    namespace: string,
    name: string,
    change: (object: JsonObject) => void,
  ): Promise<JsonObject>;
  /** kubectl patch --type=merge. */
  patch(resource: ResourceKey, namespace: string, name: string, patch: JsonObject): Promise<JsonObject>;
  create(resource: ResourceKey, object: JsonObject): Promise<JsonObject>;
  delete(resource: ResourceKey, namespace: string, name: string, gracePeriodSeconds?: number): Promise<void>;
}

/** The API's refusal, with its message. */
export class PersonRefused extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

export function createPerson(baseUrl: () => string, token: string): Person {
  async function call(
    method: string,
    path: string,
    body?: JsonValue,
    contentType = 'application/json',
  ): Promise<JsonObject> {
    const response = await fetch(baseUrl() + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': contentType,
        'user-agent': 'kubectl/v1.34.4',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (!isObject(answer))
      throw new PersonRefused(response.status, 'the API server did not answer with an object');
    if (!response.ok)
      throw new PersonRefused(response.status, stringAt(answer, 'message') ?? response.statusText);
    return answer;
  }

  function pathOf(resource: ResourceKey, namespace: string, name = ''): string {
    const entry = resourceEntry(resource);
    const root = entry.group === '' ? '/api/v1' : `/apis/${apiVersionOf(entry)}`;
    const scope = entry.namespaced && namespace !== '' ? `/namespaces/${namespace}` : '';
    return `${root}${scope}/${resource}${name === '' ? '' : `/${name}`}`;
  }

  return {
    get: (resource, namespace, name) => call('GET', pathOf(resource, namespace, name)),
    async list(resource, namespace, labelSelector) {
      const query = labelSelector === undefined ? '' : `?labelSelector=${encodeURIComponent(labelSelector)}`;
      const items = (await call('GET', pathOf(resource, namespace) + query))['items'];
      return Array.isArray(items) ? items.filter(isObject) : [];
    },
    async edit(resource, namespace, name, change) {
      const object = await call('GET', pathOf(resource, namespace, name));
      change(object);
      return call('PUT', `${pathOf(resource, namespace, name)}?fieldManager=kubectl-edit`, object);
    },
    patch: (resource, namespace, name, patch) =>
      call(
        'PATCH',
        `${pathOf(resource, namespace, name)}?fieldManager=kubectl-patch`,
        patch,
        'application/merge-patch+json',
      ),
    create(resource, object) {
      const namespace = stringAt(object, 'metadata', 'namespace') ?? '';
      return call('POST', `${pathOf(resource, namespace)}?fieldManager=kubectl-create`, object);
    },
    async delete(resource, namespace, name, gracePeriodSeconds) {
      await call(
        'DELETE',
        pathOf(resource, namespace, name),
        gracePeriodSeconds === undefined ? undefined : { gracePeriodSeconds },
      );
    },
  };
}
