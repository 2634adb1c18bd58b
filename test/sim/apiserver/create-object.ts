import { alreadyExists, ApiError, invalid, notFound } from './api-error.ts';
import type { ApiObject } from './api-object.ts';
import { asApiObject } from './api-object.ts';
import { admitNewObject, applyDefaults } from './defaults.ts';
import type { JsonObject } from './json-value.ts';
import { objectAt, stringAt } from './json-value.ts';
import type { ResourceEntry } from './resource-table.ts';
import { resourceEntry } from './resource-table.ts';
import { objectProblems } from './validate-object.ts';
import type { WriteContext, WriteOptions } from './write-context.ts';
import { checkNamespace, checkTypeMeta, decode, managed, timestamp, withTypeMeta } from './write-context.ts';

function resetStatus(object: JsonObject, entry: ResourceEntry): void {
  // Nodes and namespaces keep a status given at creation; the others start empty.
  if (entry.subresources.includes('status') && entry.resource !== 'nodes') delete object['status'];
}

function checkNamespaceUsable(
  context: WriteContext,
  entry: ResourceEntry,
  namespace: string,
  name: string,
): void {
  if (!entry.namespaced) return;
  const found = context.store.get('namespaces', '', namespace);
  if (found === undefined) throw notFound(resourceEntry('namespaces'), namespace);
  if (found.metadata.deletionTimestamp !== undefined) {
    const qualified = entry.group === '' ? entry.resource : `${entry.resource}.${entry.group}`;
    const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
    const details = {
      name,
      ...(entry.group === '' ? {} : { group: entry.group }),
      kind: entry.resource,
      causes: [
        {
          reason: 'NamespaceTerminating',
          message: `namespace ${namespace} is being terminated`,
          field: 'metadata.namespace',
        },
      ],
    };
    throw new ApiError(403, 'Forbidden', `${qualified} "${name}" is forbidden: ${why}`, details);
  }
}

const SERVER_FIELDS = [
  'resourceVersion',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'generation',
];

/** metadata of a new object: what the caller gave, less what only the server sets, with what the server sets. */
function newMetadata(
  context: WriteContext,
  entry: ResourceEntry,
  namespace: string,
  given: JsonObject,
): JsonObject {
  const prefix = stringAt(given, 'generateName') ?? '';
  const name = stringAt(given, 'name') ?? (prefix === '' ? '' : `${prefix}${context.nameSuffix()}`);
  const metadata: JsonObject = {
    ...given,
    uid: context.newUid(),
    creationTimestamp: timestamp(context.clock.nowMs()),
  };
  for (const field of [...SERVER_FIELDS, 'namespace', 'name']) delete metadata[field];
  if (name !== '') metadata['name'] = name;
  if (entry.namespaced) metadata['namespace'] = namespace;
  if (entry.hasGeneration) metadata['generation'] = 1;
  if (entry.resource === 'daemonsets') {
    metadata['annotations'] = {
      ...objectAt(metadata, 'annotations'),
      'deprecated.daemonset.template.generation': '1',
    };
  }
  return metadata;
}

/** POST. Returns the object as stored, or as it would be stored with a dry run. */
export function createObject(
  context: WriteContext,
  entry: ResourceEntry,
  namespace: string,
  body: JsonObject,
  options: WriteOptions,
): ApiObject {
  checkTypeMeta(body, entry);
  checkNamespace(body, namespace);
  const object = withTypeMeta(decode(body, entry, options.method), entry);
  const given = objectAt(object, 'metadata');
  if (!['', '0'].includes(stringAt(given, 'resourceVersion') ?? '')) {
    throw new ApiError(500, undefined, 'resourceVersion should not be set on objects to be created');
  }
  const metadata = newMetadata(context, entry, namespace, given);
  const name = stringAt(metadata, 'name') ?? '';
  checkNamespaceUsable(context, entry, namespace, name);
  object['metadata'] = metadata;
  resetStatus(object, entry);
  applyDefaults(entry.resource, object);
  const entries = managed(context, entry, undefined, object, options);
  admitNewObject(entry.resource, object, () => context.clusterAddress());
  const problems = objectProblems(object, entry);
  if (problems.length > 0) throw invalid(entry, name, problems);
  const exists = context.store.get(entry.resource, entry.namespaced ? namespace : '', name) !== undefined;
  if (exists) throw alreadyExists(entry, name);
  if (entries.length > 0) metadata['managedFields'] = entries;
  return options.dryRun ? asApiObject(object) : context.store.put(entry.resource, asApiObject(object));
}
