import type { ApiObject, ObjectMeta } from './api-object.ts';
import type { LabelSelector } from './label-selector.ts';
import type { Condition, Node, Pod, PodTemplate } from './stored-pods.ts';

interface Stored {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

export interface DaemonSet extends Stored {
  spec: {
    selector: LabelSelector;
    template: PodTemplate;
    updateStrategy: {
      type: string;
      rollingUpdate?: { maxUnavailable?: number | string; maxSurge?: number | string };
    };
    minReadySeconds?: number;
    revisionHistoryLimit?: number;
  };
  status: {
    currentNumberScheduled: number;
    desiredNumberScheduled: number;
    numberMisscheduled: number;
    numberReady: number;
    numberAvailable?: number;
    numberUnavailable?: number;
    updatedNumberScheduled?: number;
    observedGeneration?: number;
  };
}

export interface Deployment extends Stored {
  spec: {
    replicas: number;
    selector: LabelSelector;
    template: PodTemplate;
    strategy: {
      type: string;
      rollingUpdate?: { maxUnavailable?: number | string; maxSurge?: number | string };
    };
    progressDeadlineSeconds?: number;
    paused?: boolean;
  };
  status: {
    replicas?: number;
    updatedReplicas?: number;
    readyReplicas?: number;
    availableReplicas?: number;
    unavailableReplicas?: number;
    observedGeneration?: number;
    conditions?: Condition[];
  };
}

export interface ReplicaSet extends Stored {
  spec: { replicas: number; selector: LabelSelector; template: PodTemplate };
  status: {
    replicas: number;
    readyReplicas?: number;
    availableReplicas?: number;
    fullyLabeledReplicas?: number;
    observedGeneration?: number;
  };
}

export interface ControllerRevision extends Stored {
  data?: object;
  revision: number;
}

export interface ServicePort {
  name?: string;
  port: number;
  protocol: string;
  targetPort?: number | string;
  nodePort?: number;
}

export interface Service extends Stored {
  spec: {
    clusterIP?: string;
    selector?: { [key: string]: string };
    ports?: ServicePort[];
    type?: string;
    publishNotReadyAddresses?: boolean;
  };
}

export interface Endpoint {
  addresses: string[];
  conditions: { ready?: boolean; serving?: boolean; terminating?: boolean };
  nodeName?: string;
  targetRef?: { kind: string; namespace: string; name: string; uid: string };
}

export interface EndpointSlice extends Stored {
  addressType: string;
  /** null, as upstream writes empty lists here. */
  endpoints: Endpoint[] | null;
  ports: { name: string; port?: number; protocol: string }[] | null;
}

export interface ConfigMap extends Stored {
  data?: { [key: string]: string };
}

export interface Event extends Stored {
  involvedObject: {
    apiVersion?: string;
    kind?: string;
    namespace?: string;
    name?: string;
    uid?: string;
    fieldPath?: string;
  };
  reason?: string;
  message?: string;
  type?: string;
  count?: number;
  firstTimestamp: string | null;
  lastTimestamp: string | null;
  source: { component?: string; host?: string };
}

export interface PolicyPeer {
  podSelector?: LabelSelector;
  namespaceSelector?: LabelSelector;
  ipBlock?: { cidr: string; except?: string[] };
}

export interface PolicyPort {
  protocol?: string;
  port?: number | string;
  endPort?: number;
}

export interface NetworkPolicy extends Stored {
  spec: {
    podSelector: LabelSelector;
    policyTypes: string[];
    ingress?: { from?: PolicyPeer[]; ports?: PolicyPort[] }[];
    egress?: { to?: PolicyPeer[]; ports?: PolicyPort[] }[];
  };
}

export interface Lease extends Stored {
  spec: {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    acquireTime?: string;
    renewTime?: string;
    leaseTransitions?: number;
  };
}

/** The type that is stored under each resource. */
export interface StoredKinds {
  nodes: Node;
  namespaces: Stored;
  pods: Pod;
  services: Service;
  configmaps: ConfigMap;
  secrets: Stored;
  serviceaccounts: Stored;
  events: Event;
  daemonsets: DaemonSet;
  deployments: Deployment;
  replicasets: ReplicaSet;
  controllerrevisions: ControllerRevision;
  endpointslices: EndpointSlice;
  networkpolicies: NetworkPolicy;
  leases: Lease;
}

/** Reads an object of the watch feed as the kind its resource holds. */
export function storedAs<K extends keyof StoredKinds>(_resource: K, object: ApiObject): StoredKinds[K] {
  // Decoded with the resource's model when it was written; see the API server's object-model.
  return object as unknown as StoredKinds[K];
}
