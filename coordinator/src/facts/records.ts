import type { Json } from '../domain/action.ts';

/** Trimmed records: what diagnosis needs of each object and no more (100 000 pods have to fit in memory). */

export interface Meta {
  name: string;
  namespace: string;
  uid: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  createdMs: number;
  deletingSinceMs: number | null;
  generation: number;
  /** The controlling owner, if any. */
  owner: { kind: string; name: string; uid: string } | null;
  /** Newest write first, at most five, status writes left out. */
  writes: { manager: string; operation: string; atMs: number; fields: string[] }[];
  /** What manages this object besides people: proposals then go to the source. */
  managedBy: {
    by: 'helm' | 'argo' | 'flux' | 'operator' | 'addon-manager' | 'cloud-provider';
    detail: string;
  } | null;
}

export interface Condition {
  type: string;
  status: string;
  reason: string;
  message: string;
  sinceMs: number;
}

export interface Taint {
  key: string;
  value: string;
  effect: string;
}

export interface Toleration {
  key?: string;
  operator?: string;
  value?: string;
  effect?: string;
}

export interface NodeRecord {
  meta: Meta;
  podCIDRs: string[];
  unschedulable: boolean;
  taints: Taint[];
  conditions: Condition[];
  internalIPs: string[];
  kubeletVersion: string;
  allocatablePods: number;
}

export interface ContainerRecord {
  name: string;
  image: string;
  ready: boolean;
  restarts: number;
  state: 'running' | 'waiting' | 'terminated' | 'unknown';
  /** CrashLoopBackOff, ImagePullBackOff, Error, OOMKilled, ...; empty when running. */
  reason: string;
  message: string;
  lastExit: { code: number; reason: string; message: string; atMs: number } | null;
  ports: { name: string; port: number; protocol: string }[];
}

export interface PodRecord {
  meta: Meta;
  nodeName: string;
  phase: string;
  ready: boolean;
  readySinceMs: number | null;
  scheduled: boolean;
  hostNetwork: boolean;
  ips: string[];
  containers: ContainerRecord[];
  initContainers: ContainerRecord[];
  /** Reason and message of PodScheduled=False, if so. */
  unschedulable: string | null;
}

export interface TemplateRecord {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  nodeSelector: Record<string, string>;
  tolerations: Toleration[];
  /** requiredDuringSchedulingIgnoredDuringExecution terms as they are. */
  requiredNodeAffinity: Json;
  hostNetwork: boolean;
  images: string[];
  priorityClassName: string;
}

export interface DaemonSetRecord {
  meta: Meta;
  selector: Record<string, string>;
  template: TemplateRecord;
  updateStrategy: 'RollingUpdate' | 'OnDelete';
  maxUnavailable: string;
  desired: number;
  current: number;
  ready: number;
  updated: number;
  unavailable: number;
  misscheduled: number;
  observedGeneration: number;
}

export interface DeploymentRecord {
  meta: Meta;
  selector: Record<string, string>;
  template: TemplateRecord;
  replicas: number;
  statusReplicas: number;
  ready: number;
  updated: number;
  available: number;
  observedGeneration: number;
  strategy: 'RollingUpdate' | 'Recreate';
  paused: boolean;
  conditions: Condition[];
}

export interface ServiceRecord {
  meta: Meta;
  type: string;
  clusterIPs: string[];
  headless: boolean;
  selector: Record<string, string>;
  publishNotReadyAddresses: boolean;
  ports: { name: string; port: number; targetPort: string; protocol: string }[];
}

export interface EndpointSliceRecord {
  meta: Meta;
  service: string;
  addressType: string;
  ports: { name: string; port: number; protocol: string }[];
  endpoints: {
    addresses: string[];
    ready: boolean;
    serving: boolean;
    terminating: boolean;
    nodeName: string;
    pod: string;
  }[];
}

export interface NamespaceRecord {
  meta: Meta;
}

export interface NetworkPolicyRecord {
  meta: Meta;
  /** `spec` as it is; the evaluator parses it. */
  spec: Json;
}

/** Only ConfigMaps of networking components are kept: CNI, CoreDNS, kube-proxy. */
export interface ConfigMapRecord {
  meta: Meta;
  data: Record<string, string>;
}

export interface EventRecord {
  namespace: string;
  type: string;
  reason: string;
  message: string;
  object: { kind: string; namespace: string; name: string };
  source: string;
  node: string;
  count: number;
  firstMs: number;
  lastMs: number;
}
