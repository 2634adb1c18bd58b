import { child, eachObject, setDefault } from './field-defaults.ts';
import type { JsonObject } from './json-value.ts';
import { arrayAt, objectAt, stringAt } from './json-value.ts';
import { admitPod, defaultPodSpec } from './pod-defaults.ts';
import type { ResourceKey } from './resource-table.ts';

/** Field defaulting of kube-apiserver v1.34 for the resources in the table, and the admission defaults of pods. */

function defaultTemplate(spec: JsonObject): void {
  const template = child(spec, 'template');
  setDefault(template, 'metadata', {});
  defaultPodSpec(child(template, 'spec'));
}

function defaultPod(object: JsonObject): void {
  const spec = child(object, 'spec');
  defaultPodSpec(spec);
  setDefault(spec, 'enableServiceLinks', true);
  const requests = arrayAt(spec, 'containers').some(
    (item) => Object.keys(objectAt(item, 'resources')).length > 0,
  );
  const status = child(object, 'status');
  setDefault(status, 'phase', 'Pending');
  setDefault(status, 'qosClass', requests ? 'Burstable' : 'BestEffort');
  const address = stringAt(status, 'podIP');
  if (address !== undefined) status['podIPs'] = [{ ip: address }];
  nullTimes(status, ['lastProbeTime', 'lastTransitionTime']);
}

function defaultDaemonSet(object: JsonObject): void {
  const spec = child(object, 'spec');
  defaultTemplate(spec);
  const strategy = child(spec, 'updateStrategy');
  setDefault(strategy, 'type', 'RollingUpdate');
  if (strategy['type'] === 'RollingUpdate') {
    const rolling = child(strategy, 'rollingUpdate');
    setDefault(rolling, 'maxUnavailable', 1);
    setDefault(rolling, 'maxSurge', 0);
  }
  setDefault(spec, 'revisionHistoryLimit', 10);
  const status = child(object, 'status');
  for (const field of [
    'currentNumberScheduled',
    'numberMisscheduled',
    'desiredNumberScheduled',
    'numberReady',
  ])
    setDefault(status, field, 0);
}

function defaultDeployment(object: JsonObject): void {
  const spec = child(object, 'spec');
  setDefault(spec, 'replicas', 1);
  defaultTemplate(spec);
  const strategy = child(spec, 'strategy');
  setDefault(strategy, 'type', 'RollingUpdate');
  if (strategy['type'] === 'RollingUpdate') {
    const rolling = child(strategy, 'rollingUpdate');
    setDefault(rolling, 'maxUnavailable', '25%');
    setDefault(rolling, 'maxSurge', '25%');
  }
  setDefault(spec, 'revisionHistoryLimit', 10);
  setDefault(spec, 'progressDeadlineSeconds', 600);
  child(object, 'status');
}

function defaultReplicaSet(object: JsonObject): void {
  const spec = child(object, 'spec');
  setDefault(spec, 'replicas', 1);
  defaultTemplate(spec);
  setDefault(child(object, 'status'), 'replicas', 0);
}

function defaultService(object: JsonObject): void {
  const spec = child(object, 'spec');
  eachObject(arrayAt(spec, 'ports'), (port) => {
    setDefault(port, 'protocol', 'TCP');
    setDefault(port, 'targetPort', port['port'] ?? 0);
  });
  setDefault(spec, 'type', 'ClusterIP');
  setDefault(spec, 'sessionAffinity', 'None');
  setDefault(spec, 'internalTrafficPolicy', 'Cluster');
  setDefault(child(object, 'status'), 'loadBalancer', {});
}

function allocateAddress(spec: JsonObject, clusterAddress: () => string): void {
  if (spec['clusterIP'] === undefined) spec['clusterIP'] = clusterAddress();
  setDefault(spec, 'clusterIPs', [spec['clusterIP']]);
  setDefault(spec, 'ipFamilies', ['IPv4']);
  setDefault(spec, 'ipFamilyPolicy', 'SingleStack');
}

function defaultNetworkPolicy(object: JsonObject): void {
  const spec = child(object, 'spec');
  setDefault(spec, 'podSelector', {});
  for (const direction of ['ingress', 'egress']) {
    eachObject(arrayAt(spec, direction), (rule) =>
      eachObject(arrayAt(rule, 'ports'), (port) => setDefault(port, 'protocol', 'TCP')),
    );
  }
  setDefault(spec, 'policyTypes', arrayAt(spec, 'egress').length > 0 ? ['Ingress', 'Egress'] : ['Ingress']);
}

function defaultNode(object: JsonObject): void {
  child(object, 'spec');
  const status = child(object, 'status');
  if (status['capacity'] !== undefined)
    setDefault(status, 'allocatable', structuredClone(status['capacity']));
  setDefault(status, 'daemonEndpoints', { kubeletEndpoint: { Port: 0 } });
  const info = child(status, 'nodeInfo');
  for (const field of NODE_INFO) setDefault(info, field, '');
  nullTimes(status, ['lastHeartbeatTime', 'lastTransitionTime']);
}

/** Condition times have no omitempty upstream. */
function nullTimes(status: JsonObject, fields: readonly string[]): void {
  eachObject(arrayAt(status, 'conditions'), (condition) => {
    for (const field of fields) setDefault(condition, field, null);
  });
}

const NODE_INFO = [
  'machineID',
  'systemUUID',
  'bootID',
  'kernelVersion',
  'osImage',
  'containerRuntimeVersion',
  'kubeletVersion',
  'kubeProxyVersion',
  'operatingSystem',
  'architecture',
];

function taintNewNode(spec: JsonObject): void {
  const taints = arrayAt(spec, 'taints');
  const key = 'node.kubernetes.io/not-ready';
  if (!taints.some((taint) => objectAt(taint)['key'] === key))
    spec['taints'] = [...taints, { key, effect: 'NoSchedule' }];
}

function defaultNamespace(object: JsonObject): void {
  const metadata = child(object, 'metadata');
  child(metadata, 'labels')['kubernetes.io/metadata.name'] = metadata['name'] ?? '';
  child(object, 'spec');
  setDefault(child(object, 'status'), 'phase', 'Active');
}

function defaultEndpointSlice(object: JsonObject): void {
  eachObject(arrayAt(object, 'ports'), (port) => {
    setDefault(port, 'name', '');
    setDefault(port, 'protocol', 'TCP');
  });
  eachObject(arrayAt(object, 'endpoints'), (endpoint) => setDefault(endpoint, 'conditions', {}));
  // No omitempty upstream: an empty list is written as null.
  setDefault(object, 'endpoints', null);
  setDefault(object, 'ports', null);
}

function defaultEvent(object: JsonObject): void {
  setDefault(object, 'source', {});
  for (const field of ['firstTimestamp', 'lastTimestamp', 'eventTime']) setDefault(object, field, null);
  for (const field of ['reportingComponent', 'reportingInstance']) setDefault(object, field, '');
}

/** What a new object gets after field ownership is recorded: admission and the resource's own preparation. */
export function admitNewObject(
  resource: ResourceKey,
  object: JsonObject,
  clusterAddress: () => string,
): void {
  if (resource === 'pods') admitPod(child(object, 'spec'));
  else if (resource === 'nodes') taintNewNode(child(object, 'spec'));
  else if (resource === 'namespaces') setDefault(child(object, 'spec'), 'finalizers', ['kubernetes']);
  else if (resource === 'services') allocateAddress(child(object, 'spec'), clusterAddress);
}

/** Fills field defaults in place. */
export function applyDefaults(resource: ResourceKey, object: JsonObject): void {
  switch (resource) {
    case 'pods':
      return defaultPod(object);
    case 'daemonsets':
      return defaultDaemonSet(object);
    case 'deployments':
      return defaultDeployment(object);
    case 'replicasets':
      return defaultReplicaSet(object);
    case 'services':
      return defaultService(object);
    case 'networkpolicies':
      return defaultNetworkPolicy(object);
    case 'nodes':
      return defaultNode(object);
    case 'namespaces':
      return defaultNamespace(object);
    case 'endpointslices':
      return defaultEndpointSlice(object);
    case 'events':
      return defaultEvent(object);
    case 'secrets':
      return setDefault(object, 'type', 'Opaque');
    case 'leases':
      return void child(object, 'spec');
    case 'configmaps':
    case 'serviceaccounts':
    case 'controllerrevisions':
      return;
  }
}
