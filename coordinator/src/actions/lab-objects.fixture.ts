import type { Json, JsonPatchOperation } from '../domain/action.ts';
import type { RawObject } from '../domain/raw-object.ts';
import type { ClusterFacts } from '../facts/cluster-facts.ts';
import {
  configMap,
  daemonSet,
  deployment,
  facts,
  node,
  pod,
  podOf,
  service,
} from '../facts/record-builders.fixture.ts';
import corednsConfigMap from './fixtures/coredns-configmap.json' with { type: 'json' };
import corednsDeployment from './fixtures/coredns-deployment.json' with { type: 'json' };
import flannelDaemonSet from './fixtures/flannel-daemonset.json' with { type: 'json' };
import flannelPod from './fixtures/flannel-pod.json' with { type: 'json' };
import { valueAt } from './json-pointer.ts';

/** Objects as a real API server (v1.34) returned them, and the facts that a watch would hold beside them. */

export const rawDaemonSet = (): RawObject => structuredClone<RawObject>(flannelDaemonSet);
export const rawDeployment = (): RawObject => structuredClone<RawObject>(corednsDeployment);
export const rawConfigMap = (): RawObject => structuredClone<RawObject>(corednsConfigMap);
export const rawPod = (): RawObject => structuredClone<RawObject>(flannelPod);

/** Sets one field of a captured object, making the objects on the way. */
export function withField(object: RawObject, path: string, value: Json): RawObject {
  const copy = structuredClone(object);
  const parts = path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = parts.pop() ?? '';
  let at: { [key: string]: Json } = copy;
  for (const part of parts) {
    const next = at[part];
    if (typeof next === 'object' && next !== null && !Array.isArray(next)) at = next;
    else {
      const made: { [key: string]: Json } = {};
      at[part] = made;
      at = made;
    }
  }
  at[last] = value;
  return copy;
}

export function uidOf(object: RawObject): string {
  const uid = valueAt(object, '/metadata/uid');
  return uid.found && typeof uid.value === 'string' ? uid.value : '';
}

/** Three nodes, flannel on node1 and node2, two CoreDNS pods: as in the captured cluster, with node3 without agent. */
export function labFacts(over: Partial<ClusterFacts> = {}): ClusterFacts {
  const labels = { app: 'flannel', 'k8s-app': 'flannel', tier: 'node' };
  const flannel = daemonSet('kube-flannel-ds', 'kube-flannel', {
    meta: { uid: uidOf(rawDaemonSet()), labels },
    template: { labels, tolerations: [{ operator: 'Exists', effect: 'NoSchedule' }] },
  });
  const dns = { 'k8s-app': 'kube-dns' };
  const coredns = deployment('coredns', 'kube-system', {
    meta: { uid: uidOf(rawDeployment()), labels: dns },
    selector: dns,
    template: { labels: dns, images: ['lab.test/coredns:1.15.0'] },
  });
  return facts({
    nodes: [
      node('node1', { labels: { net: 'on' } }),
      node('node2', { labels: { net: 'on' } }),
      node('node3'),
    ],
    daemonSets: [flannel],
    deployments: [coredns],
    services: [
      service('kube-dns', 'kube-system', {
        selector: dns,
        meta: { labels: dns },
        clusterIPs: ['198.18.32.10'],
        ports: [
          { name: 'dns', port: 53, targetPort: '53', protocol: 'UDP' },
          { name: 'dns-tcp', port: 53, targetPort: '53', protocol: 'TCP' },
        ],
      }),
    ],
    configMaps: [configMap('coredns', 'kube-system', { Corefile: '' }, { uid: uidOf(rawConfigMap()) })],
    pods: [
      podOf(flannel, 'node1'),
      podOf(flannel, 'node2'),
      pod('coredns-a', 'kube-system', { meta: { labels: dns } }),
      pod('coredns-b', 'kube-system', { meta: { labels: dns } }),
    ],
    ...over,
  });
}

/** Applies a patch as RFC 6902 says; throws where a test fails or a place does not exist. For tests only. */
export function applied(object: RawObject, patch: readonly JsonPatchOperation[]): RawObject {
  let copy = structuredClone(object);
  for (const operation of patch) copy = applyOne(copy, operation);
  return copy;
}

function applyOne(object: RawObject, operation: JsonPatchOperation): RawObject {
  const at = valueAt(object, operation.path);
  if (operation.op === 'test') {
    const same = at.found && JSON.stringify(at.value) === JSON.stringify(operation.value);
    if (!same) throw new Error(`test failed at ${operation.path}`);
    return object;
  }
  const slash = operation.path.lastIndexOf('/');
  const parent = valueAt(object, operation.path.slice(0, slash));
  const key = operation.path
    .slice(slash + 1)
    .replaceAll('~1', '/')
    .replaceAll('~0', '~');
  if (!parent.found || parent.value === null || typeof parent.value !== 'object') {
    throw new Error(`no place for ${operation.path}`);
  }
  if (Array.isArray(parent.value)) {
    if (operation.op !== 'add' || key !== '-') throw new Error('only appending to lists is used');
    parent.value.push(operation.value);
    return object;
  }
  if (operation.op !== 'add' && !at.found) throw new Error(`nothing at ${operation.path}`);
  if (operation.op === 'remove') delete parent.value[key];
  else parent.value[key] = operation.value;
  return object;
}
