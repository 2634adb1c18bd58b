import type { ClusterFacts } from './cluster-facts.ts';
import type {
  ConfigMapRecord,
  ContainerRecord,
  DaemonSetRecord,
  DeploymentRecord,
  EventRecord,
  Meta,
  NamespaceRecord,
  NetworkPolicyRecord,
  NodeRecord,
  PodRecord,
  ServiceRecord,
  TemplateRecord,
} from './records.ts';

/** Small builders of healthy records for tests; override what the test is about. */

export const T0 = Date.UTC(2026, 2, 4, 3, 12, 41);

export function meta(name: string, namespace: string, over: Partial<Meta> = {}): Meta {
  return {
    name,
    namespace,
    uid: `uid-${namespace}-${name}`,
    labels: {},
    annotations: {},
    createdMs: T0 - 30 * 86_400_000,
    deletingSinceMs: null,
    generation: 1,
    owner: null,
    writes: [],
    managedBy: null,
    ...over,
  };
}

export function node(
  name: string,
  over: Partial<NodeRecord> & { labels?: Record<string, string> } = {},
): NodeRecord {
  const { labels = {}, ...rest } = over;
  return {
    meta: meta(name, '', {
      labels: { 'kubernetes.io/os': 'linux', 'kubernetes.io/hostname': name, ...labels },
    }),
    podCIDRs: [],
    unschedulable: false,
    taints: [],
    conditions: [
      { type: 'Ready', status: 'True', reason: 'KubeletReady', message: '', sinceMs: T0 - 86_400_000 },
    ],
    internalIPs: [],
    kubeletVersion: 'v1.34.4',
    allocatablePods: 110,
    ...rest,
  };
}

export function template(over: Partial<TemplateRecord> = {}): TemplateRecord {
  return {
    labels: {},
    annotations: {},
    nodeSelector: {},
    tolerations: [],
    requiredNodeAffinity: null,
    hostNetwork: false,
    images: [],
    priorityClassName: '',
    ...over,
  };
}

export function daemonSet(
  name: string,
  namespace: string,
  over: Partial<Omit<DaemonSetRecord, 'template' | 'meta'>> & {
    template?: Partial<TemplateRecord>;
    meta?: Partial<Meta>;
  } = {},
): DaemonSetRecord {
  const { template: templateOver = {}, meta: metaOver = {}, ...rest } = over;
  return {
    meta: meta(name, namespace, metaOver),
    selector: { app: name },
    template: template({ labels: { app: name }, hostNetwork: true, ...templateOver }),
    updateStrategy: 'RollingUpdate',
    maxUnavailable: '1',
    desired: 3,
    current: 3,
    ready: 3,
    updated: 3,
    unavailable: 0,
    misscheduled: 0,
    observedGeneration: metaOver.generation ?? 1,
    ...rest,
  };
}

export function deployment(
  name: string,
  namespace: string,
  over: Partial<Omit<DeploymentRecord, 'template' | 'meta'>> & {
    template?: Partial<TemplateRecord>;
    meta?: Partial<Meta>;
  } = {},
): DeploymentRecord {
  const { template: templateOver = {}, meta: metaOver = {}, ...rest } = over;
  return {
    meta: meta(name, namespace, metaOver),
    selector: { app: name },
    template: template({ labels: { app: name }, ...templateOver }),
    replicas: 2,
    statusReplicas: 2,
    ready: 2,
    updated: 2,
    available: 2,
    observedGeneration: metaOver.generation ?? 1,
    strategy: 'RollingUpdate',
    paused: false,
    conditions: [],
    ...rest,
  };
}

export function container(name: string, over: Partial<ContainerRecord> = {}): ContainerRecord {
  return {
    name,
    image: `registry.test/${name}:1`,
    ready: true,
    restarts: 0,
    state: 'running',
    reason: '',
    message: '',
    lastExit: null,
    ports: [],
    ...over,
  };
}

export function pod(
  name: string,
  namespace: string,
  over: Partial<Omit<PodRecord, 'meta'>> & { meta?: Partial<Meta> } = {},
): PodRecord {
  const { meta: metaOver = {}, ...rest } = over;
  return {
    meta: meta(name, namespace, metaOver),
    nodeName: 'node1',
    phase: 'Running',
    ready: true,
    readySinceMs: T0 - 86_400_000,
    scheduled: true,
    hostNetwork: false,
    ips: [],
    containers: [container(name)],
    initContainers: [],
    unschedulable: null,
    ...rest,
  };
}

/** A pod that the DaemonSet controls on that node. */
export function podOf(
  owner: DaemonSetRecord,
  nodeName: string,
  over: Partial<Omit<PodRecord, 'meta'>> = {},
): PodRecord {
  const { name, namespace, uid } = owner.meta;
  return pod(`${name}-${nodeName}`, namespace, {
    meta: { owner: { kind: 'DaemonSet', name, uid }, labels: owner.template.labels },
    nodeName,
    hostNetwork: owner.template.hostNetwork,
    ...over,
  });
}

/** A pod that crash-loops. */
export function crashing(containerName: string, over: Partial<ContainerRecord> = {}): Partial<PodRecord> {
  return {
    ready: false,
    readySinceMs: null,
    containers: [
      container(containerName, {
        ready: false,
        restarts: 4,
        state: 'waiting',
        reason: 'CrashLoopBackOff',
        lastExit: { code: 1, reason: 'Error', message: '', atMs: T0 },
        ...over,
      }),
    ],
  };
}

export function service(
  name: string,
  namespace: string,
  over: Partial<Omit<ServiceRecord, 'meta'>> & { meta?: Partial<Meta> } = {},
): ServiceRecord {
  const { meta: metaOver = {}, ...rest } = over;
  return {
    meta: meta(name, namespace, metaOver),
    type: 'ClusterIP',
    clusterIPs: ['10.96.0.10'],
    headless: false,
    selector: {},
    publishNotReadyAddresses: false,
    ports: [],
    ...rest,
  };
}

export function namespace(name: string, labels: Record<string, string> = {}): NamespaceRecord {
  return { meta: meta(name, '', { labels: { 'kubernetes.io/metadata.name': name, ...labels } }) };
}

export function networkPolicy(
  name: string,
  ns: string,
  spec: NetworkPolicyRecord['spec'],
  over: Partial<Meta> = {},
): NetworkPolicyRecord {
  return { meta: meta(name, ns, over), spec };
}

export function configMap(
  name: string,
  ns: string,
  data: Record<string, string>,
  over: Partial<Meta> = {},
): ConfigMapRecord {
  return { meta: meta(name, ns, over), data };
}

export function event(
  reason: string,
  message: string,
  object: EventRecord['object'],
  over: Partial<EventRecord> = {},
): EventRecord {
  return {
    namespace: object.namespace,
    type: 'Warning',
    reason,
    message,
    object,
    source: 'kubelet',
    node: '',
    count: 1,
    firstMs: T0,
    lastMs: T0 + 5000,
    ...over,
  };
}

export function facts(over: Partial<ClusterFacts> = {}): ClusterFacts {
  return {
    atMs: T0 + 10_000,
    clusterName: 'test',
    nodes: [],
    namespaces: [],
    pods: [],
    daemonSets: [],
    deployments: [],
    services: [],
    endpointSlices: [],
    networkPolicies: [],
    configMaps: [],
    events: [],
    logs: [],
    hosts: [],
    unknown: [],
    ...over,
  };
}
