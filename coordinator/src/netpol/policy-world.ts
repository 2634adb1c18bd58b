import type { ClusterFacts } from '../facts/cluster-facts.ts';
import type { Labels } from '../facts/label-selector.ts';
import type { PodRecord } from '../facts/records.ts';
import { type IpAddress, parseIp } from './ip-range.ts';
import { parsePolicySpec, type PolicySpec } from './policy-spec.ts';

/** A pod as policies see it. */
export interface PolicyPod {
  namespace: string;
  name: string;
  labels: Labels;
  ips: IpAddress[];
  hostNetwork: boolean;
  /** Empty when not known. */
  nodeName: string;
  containerPorts: { name: string; port: number; protocol: string }[];
}

export interface Policy {
  namespace: string;
  name: string;
  /** Null: could not be understood; `why` says so. */
  spec: PolicySpec | null;
  why: string;
}

/** Everything that decides about a flow. */
export interface PolicyWorld {
  /** Labels by namespace. */
  namespaces: ReadonlyMap<string, Labels>;
  policies: readonly Policy[];
}

/** One end of a flow. A node is the host itself; an address is anything that is no pod of this cluster. */
export type FlowEnd =
  | { type: 'pod'; pod: PolicyPod }
  | { type: 'node'; name: string; ips: IpAddress[] }
  | { type: 'ip'; ip: IpAddress };

export interface Flow {
  from: FlowEnd;
  to: FlowEnd;
  /** Port at the receiving end, behind the Service. */
  port: number;
  protocol: 'TCP' | 'UDP' | 'SCTP';
}

export function policyPodOf(pod: PodRecord): PolicyPod {
  return {
    namespace: pod.meta.namespace,
    name: pod.meta.name,
    labels: pod.meta.labels,
    ips: pod.ips.map(parseIp).filter((ip) => ip !== null),
    hostNetwork: pod.hostNetwork,
    nodeName: pod.nodeName,
    // Sidecars that are init containers may have ports of their own.
    containerPorts: [...pod.containers, ...pod.initContainers].flatMap(({ ports }) => ports),
  };
}

export function policyOf(
  namespace: string,
  name: string,
  spec: Parameters<typeof parsePolicySpec>[0],
): Policy {
  const parsed = parsePolicySpec(spec);
  return parsed.ok
    ? { namespace, name, spec: parsed.spec, why: '' }
    : { namespace, name, spec: null, why: parsed.why };
}

/** Null when namespaces or policies could not be read: then no flow can be decided. */
export function policyWorldOf(facts: ClusterFacts): PolicyWorld | null {
  if (facts.unknown.some(({ what }) => what === 'networkPolicies' || what === 'namespaces')) return null;
  return {
    namespaces: new Map(facts.namespaces.map(({ meta }) => [meta.name, meta.labels])),
    policies: facts.networkPolicies.map(({ meta, spec }) => policyOf(meta.namespace, meta.name, spec)),
  };
}
