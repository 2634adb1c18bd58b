import type { ResourceName } from './api-error.ts';

/** Plural names of the stored resources; unique across groups here, so they serve as keys. */
export type ResourceKey =
  | 'nodes'
  | 'namespaces'
  | 'pods'
  | 'services'
  | 'configmaps'
  | 'secrets'
  | 'serviceaccounts'
  | 'events'
  | 'daemonsets'
  | 'deployments'
  | 'replicasets'
  | 'controllerrevisions'
  | 'endpointslices'
  | 'networkpolicies'
  | 'leases';

export type NameRule = 'subdomain' | 'label' | 'service-label';

/** What the generic handlers need to know of one resource. */
export interface ResourceEntry extends ResourceName {
  resource: ResourceKey;
  version: 'v1';
  /** OpenAPI model that its objects are decoded with. */
  model: string;
  namespaced: boolean;
  verbs: readonly string[];
  subresources: readonly ('status' | 'scale' | 'log')[];
  /** PUT of a name that does not exist creates it, as upstream allows for these. */
  createOnUpdate: boolean;
  /** metadata.generation is kept, and bumped when anything but metadata and status changes. */
  hasGeneration: boolean;
  nameRule: NameRule;
  /** Field selectors beside metadata.name and metadata.namespace: label -> path in the object. */
  fieldLabels: Readonly<Record<string, readonly string[]>>;
}

const ALL_VERBS = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
] as const;

type Row = Pick<ResourceEntry, 'group' | 'resource' | 'kind'> & Partial<ResourceEntry>;

function entry(row: Row): ResourceEntry {
  return {
    version: 'v1',
    model: `V1${row.kind}`,
    namespaced: true,
    verbs: ALL_VERBS,
    subresources: [],
    createOnUpdate: false,
    hasGeneration: false,
    nameRule: 'subdomain',
    fieldLabels: {},
    ...row,
  };
}

const POD_FIELDS = {
  'spec.nodeName': ['spec', 'nodeName'],
  'spec.restartPolicy': ['spec', 'restartPolicy'],
  'spec.schedulerName': ['spec', 'schedulerName'],
  'spec.serviceAccountName': ['spec', 'serviceAccountName'],
  'status.phase': ['status', 'phase'],
  'status.podIP': ['status', 'podIP'],
} as const;

const EVENT_FIELDS = {
  'involvedObject.kind': ['involvedObject', 'kind'],
  'involvedObject.namespace': ['involvedObject', 'namespace'],
  'involvedObject.name': ['involvedObject', 'name'],
  'involvedObject.uid': ['involvedObject', 'uid'],
  'involvedObject.apiVersion': ['involvedObject', 'apiVersion'],
  'involvedObject.fieldPath': ['involvedObject', 'fieldPath'],
  reason: ['reason'],
  reportingComponent: ['reportingComponent'],
  source: ['source', 'component'],
  type: ['type'],
} as const;

/** Every resource that the simulated API server stores. */
export const RESOURCES: readonly ResourceEntry[] = [
  entry({
    group: '',
    resource: 'nodes',
    kind: 'Node',
    namespaced: false,
    subresources: ['status'],
    fieldLabels: { 'spec.unschedulable': ['spec', 'unschedulable'] },
  }),
  entry({
    group: '',
    resource: 'namespaces',
    kind: 'Namespace',
    namespaced: false,
    subresources: ['status'],
    nameRule: 'label',
    fieldLabels: { 'status.phase': ['status', 'phase'] },
  }),
  entry({
    group: '',
    resource: 'pods',
    kind: 'Pod',
    subresources: ['status', 'log'],
    hasGeneration: true,
    fieldLabels: POD_FIELDS,
  }),
  entry({
    group: '',
    resource: 'services',
    kind: 'Service',
    subresources: ['status'],
    createOnUpdate: true,
    nameRule: 'service-label',
    fieldLabels: { 'spec.clusterIP': ['spec', 'clusterIP'], 'spec.type': ['spec', 'type'] },
  }),
  entry({ group: '', resource: 'configmaps', kind: 'ConfigMap' }),
  entry({
    group: '',
    resource: 'secrets',
    kind: 'Secret',
    verbs: ['create', 'get'],
    fieldLabels: { type: ['type'] },
  }),
  entry({ group: '', resource: 'serviceaccounts', kind: 'ServiceAccount' }),
  entry({
    group: '',
    resource: 'events',
    kind: 'Event',
    model: 'CoreV1Event',
    createOnUpdate: true,
    fieldLabels: EVENT_FIELDS,
  }),
  entry({
    group: 'apps',
    resource: 'daemonsets',
    kind: 'DaemonSet',
    subresources: ['status'],
    hasGeneration: true,
  }),
  entry({
    group: 'apps',
    resource: 'deployments',
    kind: 'Deployment',
    subresources: ['status', 'scale'],
    hasGeneration: true,
  }),
  entry({
    group: 'apps',
    resource: 'replicasets',
    kind: 'ReplicaSet',
    subresources: ['status', 'scale'],
    hasGeneration: true,
    fieldLabels: { 'status.replicas': ['status', 'replicas'] },
  }),
  entry({ group: 'apps', resource: 'controllerrevisions', kind: 'ControllerRevision' }),
  entry({
    group: 'discovery.k8s.io',
    resource: 'endpointslices',
    kind: 'EndpointSlice',
    hasGeneration: true,
  }),
  entry({
    group: 'networking.k8s.io',
    resource: 'networkpolicies',
    kind: 'NetworkPolicy',
    hasGeneration: true,
  }),
  entry({ group: 'coordination.k8s.io', resource: 'leases', kind: 'Lease', createOnUpdate: true }),
];

const byKey = new Map<string, ResourceEntry>(RESOURCES.map((row) => [row.resource, row]));

/** The entry of a stored resource. */
export function resourceEntry(key: ResourceKey): ResourceEntry {
  const found = byKey.get(key);
  if (found === undefined) throw new Error(`resource ${key} is not in the table`);
  return found;
}

export function findResource(group: string, version: string, plural: string): ResourceEntry | undefined {
  const found = byKey.get(plural);
  return found !== undefined && found.group === group && found.version === version ? found : undefined;
}

/** `v1` or `apps/v1`. */
export function apiVersionOf(row: { group: string; version: string }): string {
  return row.group === '' ? row.version : `${row.group}/${row.version}`;
}
