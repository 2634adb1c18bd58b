import type { FieldProblem } from './api-error.ts';
import {
  duplicate,
  forbiddenField,
  invalidValue,
  notNegative,
  portRange,
  required,
  unsupported,
} from './field-problem.ts';
import type { JsonObject } from './json-value.ts';
import { arrayAt, numberAt, objectAt, sameJson, stringAt, valueAt } from './json-value.ts';
import type { ResourceEntry } from './resource-table.ts';
import { annotationProblems, labelProblems, nameFaults } from './validate-names.ts';
import { networkPolicyProblems } from './validate-network-policy.ts';
import { podSpecProblems, podUpdateProblems } from './validate-pod-spec.ts';
import {
  daemonSetProblems,
  deploymentProblems,
  replicaSetProblems,
  selectorUpdateProblems,
} from './validate-workload.ts';

function metadataProblems(object: JsonObject, entry: ResourceEntry): FieldProblem[] {
  const metadata = objectAt(object, 'metadata');
  const name = stringAt(metadata, 'name') ?? '';
  const problems =
    name === ''
      ? [required('metadata.name', 'name or generateName is required')]
      : nameFaults(name, entry.nameRule).map((why) => invalidValue('metadata.name', name, why));
  problems.push(...labelProblems(metadata['labels'], 'metadata.labels'));
  problems.push(...annotationProblems(metadata['annotations'], 'metadata.annotations'));
  return problems;
}

function configMapProblems(object: JsonObject): FieldProblem[] {
  const why =
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
  const keys = Object.keys(objectAt(object, 'data')).filter((key) => !/^[-._a-zA-Z0-9]+$/.test(key));
  const problems = keys.map((key) => invalidValue(`data[${key}]`, key, why));
  const size = Object.values(objectAt(object, 'data')).reduce(
    (sum: number, value) => sum + Buffer.byteLength(String(value)),
    0,
  );
  if (size > 1_048_576)
    problems.push({
      field: '',
      type: 'FieldValueInvalid',
      message: 'Too long: may not be more than 1048576 bytes',
    });
  return problems;
}

function serviceProblems(object: JsonObject): FieldProblem[] {
  const spec = objectAt(object, 'spec');
  const ports = arrayAt(spec, 'ports');
  const problems: FieldProblem[] = [];
  if (ports.length === 0 && spec['clusterIP'] !== 'None' && spec['type'] !== 'ExternalName')
    problems.push(required('spec.ports'));
  const seen = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const at = `spec.ports[${index}]`;
    const name = stringAt(port, 'name') ?? '';
    if (name === '' && ports.length > 1) problems.push(required(`${at}.name`));
    if (name !== '' && seen.has(name)) problems.push(duplicate(`${at}.name`, name));
    seen.add(name);
    problems.push(...portRange(`${at}.port`, numberAt(port, 'port') ?? 0));
    const target = numberAt(port, 'targetPort');
    if (target !== undefined) problems.push(...portRange(`${at}.targetPort`, target));
    const protocol = stringAt(port, 'protocol') ?? '';
    if (!['SCTP', 'TCP', 'UDP'].includes(protocol))
      problems.push(unsupported(`${at}.protocol`, protocol, ['SCTP', 'TCP', 'UDP']));
  }
  problems.push(...labelProblems(spec['selector'], 'spec.selector'));
  return problems;
}

function leaseProblems(object: JsonObject): FieldProblem[] {
  const spec = objectAt(object, 'spec');
  const duration = numberAt(spec, 'leaseDurationSeconds');
  const problems = notNegative('spec.leaseTransitions', numberAt(spec, 'leaseTransitions'));
  if (duration !== undefined && duration <= 0)
    problems.unshift(invalidValue('spec.leaseDurationSeconds', duration, 'must be greater than 0'));
  return problems;
}

function eventProblems(object: JsonObject): FieldProblem[] {
  const about = stringAt(object, 'involvedObject', 'namespace') ?? '';
  const namespace = stringAt(object, 'metadata', 'namespace') ?? '';
  const fits = about === namespace || (about === '' && namespace === 'default');
  return fits ? [] : [invalidValue('involvedObject.namespace', about, 'does not match event.namespace')];
}

function endpointSliceProblems(object: JsonObject): FieldProblem[] {
  const type = stringAt(object, 'addressType') ?? '';
  const supported = ['FQDN', 'IPv4', 'IPv6'];
  if (type === '') return [required('addressType')];
  return supported.includes(type) ? [] : [unsupported('addressType', type, supported)];
}

function specProblems(object: JsonObject, entry: ResourceEntry): FieldProblem[] {
  const spec = objectAt(object, 'spec');
  switch (entry.resource) {
    case 'pods':
      return podSpecProblems(spec, 'spec');
    case 'daemonsets':
      return daemonSetProblems(spec);
    case 'deployments':
      return deploymentProblems(spec);
    case 'replicasets':
      return replicaSetProblems(spec);
    case 'networkpolicies':
      return networkPolicyProblems(spec);
    case 'configmaps':
      return configMapProblems(object);
    case 'services':
      return serviceProblems(object);
    case 'leases':
      return leaseProblems(object);
    case 'events':
      return eventProblems(object);
    case 'endpointslices':
      return endpointSliceProblems(object);
    case 'nodes':
    case 'namespaces':
    case 'secrets':
    case 'serviceaccounts':
    case 'controllerrevisions':
      return [];
  }
}

/** Problems of an object as it would be stored. */
export function objectProblems(object: JsonObject, entry: ResourceEntry): FieldProblem[] {
  return [...metadataProblems(object, entry), ...specProblems(object, entry)];
}

function newFinalizers(before: JsonObject, after: JsonObject): FieldProblem[] {
  if (valueAt(before, 'metadata', 'deletionTimestamp') === undefined) return [];
  const old = arrayAt(before, 'metadata', 'finalizers');
  const added = arrayAt(after, 'metadata', 'finalizers').filter((item) => !old.includes(item));
  if (added.length === 0) return [];
  const list = added.map((item) => JSON.stringify(item)).join(', ');
  return [
    forbiddenField(
      'metadata.finalizers',
      `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`,
    ),
  ];
}

/** Problems of a change: what may never change, beside what must hold of any object. */
export function updateProblems(before: JsonObject, after: JsonObject, entry: ResourceEntry): FieldProblem[] {
  const problems = newFinalizers(before, after);
  const uid = valueAt(after, 'metadata', 'uid');
  if (!sameJson(uid, valueAt(before, 'metadata', 'uid')))
    problems.push(invalidValue('metadata.uid', uid, 'field is immutable'));
  // Upstream checks metadata once for every resource and once more in each resource's own validation.
  problems.push(...problems);
  const oldSpec = objectAt(before, 'spec');
  const newSpec = objectAt(after, 'spec');
  switch (entry.resource) {
    case 'pods':
      problems.push(...podUpdateProblems(oldSpec, newSpec));
      break;
    case 'daemonsets':
    case 'deployments':
    case 'replicasets':
      problems.push(...selectorUpdateProblems(oldSpec, newSpec));
      break;
    case 'services':
      if (!sameJson(oldSpec['clusterIP'], newSpec['clusterIP'])) {
        problems.push(invalidValue('spec.clusterIPs[0]', newSpec['clusterIPs'], 'may not change once set'));
      }
      break;
    case 'networkpolicies':
      problems.push(...networkPolicyProblems(newSpec));
      break;
    case 'nodes':
      if (oldSpec['podCIDR'] !== undefined && !sameJson(oldSpec['podCIDR'], newSpec['podCIDR'])) {
        problems.push(
          forbiddenField('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid'),
        );
      }
      break;
    case 'configmaps':
      if (before['immutable'] === true && !sameJson(before['data'], after['data'])) {
        problems.push(forbiddenField('data', 'field is immutable when `immutable` is set'));
      }
      break;
    default:
      break;
  }
  return problems;
}
