import { parseAllDocuments } from 'yaml';
import type { Identities } from './apiserver/identities.ts';
import type { JsonObject, JsonValue } from './apiserver/json-value.ts';
import { arrayAt, isObject, stringAt } from './apiserver/json-value.ts';
import type { PolicyRule } from './apiserver/rbac.ts';
import { RESOURCES } from './apiserver/resource-table.ts';
import type { SystemClient } from './apiserver/system-client.ts';

/** Objects of a YAML text with any number of documents. */
export function readManifests(text: string): JsonObject[] {
  return parseAllDocuments(text).flatMap((document) => {
    // YAML of manifests holds nothing but JSON values.
    const value = document.toJS() as JsonValue;
    return isObject(value) ? [value] : [];
  });
}

function strings(value: JsonValue | undefined, field: string): string[] {
  return arrayAt(value, field).map(String);
}

function rulesOf(role: JsonObject, namespaces: readonly string[] | undefined): PolicyRule[] {
  return arrayAt(role, 'rules').map((rule) => {
    const names = strings(rule, 'resourceNames');
    return {
      apiGroups: strings(rule, 'apiGroups'),
      resources: strings(rule, 'resources'),
      verbs: strings(rule, 'verbs'),
      ...(names.length === 0 ? {} : { resourceNames: names }),
      ...(namespaces === undefined ? {} : { namespaces }),
    };
  });
}

function grantBindings(objects: readonly JsonObject[], identities: Identities, fallback: string): void {
  for (const binding of objects) {
    const cluster = binding['kind'] === 'ClusterRoleBinding';
    if (!cluster && binding['kind'] !== 'RoleBinding') continue;
    const namespace = stringAt(binding, 'metadata', 'namespace') ?? fallback;
    const roleKind = stringAt(binding, 'roleRef', 'kind');
    const role = objects.find(
      (object) =>
        object['kind'] === roleKind &&
        stringAt(object, 'metadata', 'name') === stringAt(binding, 'roleRef', 'name') &&
        (roleKind === 'ClusterRole' || (stringAt(object, 'metadata', 'namespace') ?? fallback) === namespace),
    );
    if (role === undefined) continue;
    for (const subject of arrayAt(binding, 'subjects')) {
      const name = stringAt(subject, 'name') ?? '';
      const user =
        stringAt(subject, 'kind') === 'ServiceAccount'
          ? `system:serviceaccount:${stringAt(subject, 'namespace') ?? namespace}:${name}`
          : name;
      identities.grant(user, rulesOf(role, cluster ? undefined : [namespace]));
    }
  }
}

/**
 * Creates what manifests hold, Namespaces first, and turns their RBAC objects into rights of the users they bind. Bindings
 * to roles outside the same call are ignored, as are kinds that the API server does not serve. Existing objects stay.
 * `namespace` is where objects without one go.
 */
export function applyManifests(
  deps: { client: SystemClient; identities: Identities },
  objects: readonly JsonObject[],
  namespace = 'default',
): void {
  grantBindings(objects, deps.identities, namespace);
  const isNamespace = (object: JsonObject): boolean => object['kind'] === 'Namespace';
  const ordered = [...objects.filter(isNamespace), ...objects.filter((object) => !isNamespace(object))];
  for (const object of ordered) {
    const entry = RESOURCES.find(
      (row) =>
        row.kind === object['kind'] &&
        stringAt(object, 'apiVersion') === (row.group === '' ? 'v1' : `${row.group}/v1`),
    );
    const name = stringAt(object, 'metadata', 'name');
    if (entry === undefined || name === undefined) continue;
    const target = entry.namespaced ? (stringAt(object, 'metadata', 'namespace') ?? namespace) : '';
    if (deps.client.get(entry.resource, target, name) !== undefined) continue;
    const metadata = {
      ...(isObject(object['metadata']) ? object['metadata'] : {}),
      name,
      ...(entry.namespaced ? { namespace: target } : {}),
    };
    deps.client.create(entry.resource, { ...object, metadata }, 'kubectl-client-side-apply');
  }
}
