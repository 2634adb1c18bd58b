import { checkCorefile, type CorefileExpectations, type CorefileProblem } from '../actions/corefile-check.ts';
import type { ClusterFacts, Situation } from '../facts/cluster-facts.ts';
import { clusterDns, type ClusterDns } from '../facts/coredns-objects.ts';
import { isActive } from '../facts/pod-lookups.ts';
import { podTrouble, type PodTrouble } from '../facts/pod-trouble.ts';
import { lastChangeOf } from '../facts/recent-changes.ts';
import type { ConfigMapRecord, PodRecord } from '../facts/records.ts';
import { clusterZone } from './cluster-zone.ts';
import { type Complaint, complaintsIn } from './corefile-complaint.ts';
import { lastApplied } from './last-applied.ts';
import { failureShare, plainDnsPaths } from './probe-evidence.ts';

/** Everything about the Corefile and those who run with it, in one place. */
export interface CorefileState {
  dns: ClusterDns;
  configMap: ConfigMapRecord;
  text: string;
  lastGood: string | null;
  expect: CorefileExpectations;
  /** What our own checks find. */
  problems: CorefileProblem[];
  /** What CoreDNS itself says. */
  complaints: Complaint[];
  /** A ready pod that started after the last change: it runs with this very text. */
  provenGood: PodRecord | null;
}

export interface DnsPodState {
  pod: PodRecord;
  trouble: PodTrouble | null;
}

/** CoreDNS pods that are meant to serve, with what ails them. */
export function dnsPodStates(dns: ClusterDns): DnsPodState[] {
  return dns.pods.filter(isActive).map((pod) => ({ pod, trouble: podTrouble(pod) }));
}

function logsOf(facts: ClusterFacts, dns: ClusterDns): string[] {
  const names = new Set(dns.pods.map(({ meta }) => `${meta.namespace}/${meta.name}`));
  return facts.logs
    .filter(({ namespace, pod }) => names.has(`${namespace}/${pod}`))
    .flatMap(({ lines }) => lines);
}

function startedAfter(pod: PodRecord, changedMs: number): boolean {
  return (
    pod.ready && pod.meta.createdMs > changedMs && pod.containers.every(({ restarts }) => restarts === 0)
  );
}

function appliedBefore({ meta }: ConfigMapRecord, text: string): string | null {
  const applied = lastApplied(meta)?.data?.['Corefile'];
  return applied === undefined || applied === text ? null : applied;
}

/** Null when the Corefile of the cluster DNS is not known. */
export function corefileState({ facts, network }: Situation): CorefileState | null {
  const dns = clusterDns(facts);
  const { configMap } = dns;
  const text = configMap?.data['Corefile'];
  if (configMap === null || text === undefined) return null;
  const earlier = appliedBefore(configMap, text);
  const namesFail = network !== null && failureShare(plainDnsPaths(network), 'dns-rcode') > 0.5;
  const expect = { zone: clusterZone(text, earlier, namesFail), ownAddresses: dns.service?.clusterIPs ?? [] };
  const lastGood = earlier !== null && checkCorefile(earlier, expect).length === 0 ? earlier : null;
  const changedMs = lastChangeOf(configMap.meta, 'Corefile')?.atMs ?? configMap.meta.createdMs;
  return {
    dns,
    configMap,
    text,
    lastGood,
    expect,
    problems: checkCorefile(text, expect),
    complaints: complaintsIn(logsOf(facts, dns)),
    provenGood: dns.pods.find((pod) => startedAfter(pod, changedMs)) ?? null,
  };
}
