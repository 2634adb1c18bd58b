import type { Symptom } from '../domain/symptom.ts';
import type { NetworkSnapshot } from '../domain/network.ts';
import type { HostFacts } from './host-facts.ts';
import type {
  ConfigMapRecord,
  DaemonSetRecord,
  DeploymentRecord,
  EndpointSliceRecord,
  EventRecord,
  NamespaceRecord,
  NetworkPolicyRecord,
  NodeRecord,
  PodRecord,
  ServiceRecord,
} from './records.ts';

/** A log excerpt around the failure: bounded, redacted, cleaned. */
export interface LogExcerpt {
  namespace: string;
  pod: string;
  container: string;
  node: string;
  previous: boolean;
  lines: string[];
}

/**
 * What is known of the cluster at one moment: the same type from the live watch and from an evidence bundle.
 * A list that could not be read is empty *and* named in `unknown`: unknown is never absent.
 */
export interface ClusterFacts {
  atMs: number;
  clusterName: string;
  nodes: readonly NodeRecord[];
  namespaces: readonly NamespaceRecord[];
  pods: readonly PodRecord[];
  daemonSets: readonly DaemonSetRecord[];
  deployments: readonly DeploymentRecord[];
  services: readonly ServiceRecord[];
  endpointSlices: readonly EndpointSliceRecord[];
  networkPolicies: readonly NetworkPolicyRecord[];
  configMaps: readonly ConfigMapRecord[];
  events: readonly EventRecord[];
  logs: readonly LogExcerpt[];
  /** What the nodes' kernels say, from agents on the nodes' own network; a node that told nothing is not in it. */
  hosts: readonly HostFacts[];
  unknown: readonly { what: FactKind; why: string }[];
}

export type FactKind =
  | 'nodes'
  | 'namespaces'
  | 'pods'
  | 'daemonSets'
  | 'deployments'
  | 'services'
  | 'endpointSlices'
  | 'networkPolicies'
  | 'configMaps'
  | 'events'
  | 'logs'
  | 'hosts';

/** Everything a runbook judges on. `network` is null offline, when no probes are at hand. */
export interface Situation {
  facts: ClusterFacts;
  network: NetworkSnapshot | null;
  /** Symptoms of the incident under diagnosis; all current ones when there is no incident. */
  symptoms: readonly Symptom[];
}
