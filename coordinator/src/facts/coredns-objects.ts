import type { ClusterFacts } from './cluster-facts.ts';
import { matchesLabels } from './label-selector.ts';
import { podsSelectedBy } from './pod-lookups.ts';
import type {
  ConfigMapRecord,
  DaemonSetRecord,
  DeploymentRecord,
  PodRecord,
  ServiceRecord,
} from './records.ts';

/** The cluster's DNS: what answers at the nameserver address that the kubelet gives to pods. */
export interface ClusterDns {
  service: ServiceRecord | null;
  deployment: DeploymentRecord | null;
  /** OpenShift and some add-ons run CoreDNS as a DaemonSet. */
  daemonSet: DaemonSetRecord | null;
  /** Active and terminating pods that the Service selects. */
  pods: PodRecord[];
  /** The ConfigMap with the key `Corefile` that the pods run with. */
  configMap: ConfigMapRecord | null;
}

const SERVICE_NAMES = ['kube-dns', 'coredns', 'rke2-coredns-rke2-coredns', 'dns-default'];
const LOCAL_CACHE = /node-?local-?dns/;

/** Whether a port of a Service is DNS: by its number, or by upstream's names where a cluster uses another number. */
export function isDnsPort({ port, name }: { port: number; name: string }): boolean {
  return port === 53 || name === 'dns' || name === 'dns-tcp';
}

function servesDns(service: ServiceRecord): boolean {
  return service.ports.some(isDnsPort);
}

/** Higher is more likely the one that pods are told to ask. */
function rankService(service: ServiceRecord): number {
  const { labels, name, namespace } = service.meta;
  let rank = 0;
  if (labels['k8s-app'] === 'kube-dns') rank += 4;
  if (labels['kubernetes.io/cluster-service'] === 'true') rank += 2;
  if (labels['kubernetes.io/name'] === 'CoreDNS') rank += 2;
  if (SERVICE_NAMES.includes(name)) rank += 3;
  if (namespace === 'kube-system' || namespace === 'openshift-dns') rank += 2;
  if (service.headless || LOCAL_CACHE.test(name) || name.endsWith('-upstream')) rank -= 6;
  return rank;
}

function dnsService(facts: ClusterFacts): ServiceRecord | null {
  const ranked = facts.services
    .filter(servesDns)
    .map((service) => ({ service, rank: rankService(service) }))
    .filter(({ rank }) => rank >= 3)
    .toSorted((a, b) => b.rank - a.rank);
  return ranked[0]?.service ?? null;
}

function runsCoreDns(workload: DeploymentRecord | DaemonSetRecord): boolean {
  if (LOCAL_CACHE.test(workload.meta.name)) return false;
  return workload.template.images.some((image) => /(^|\/)[^/@:]*coredns[^/@:]*([:@]|$)/.test(image));
}

function behind<T extends DeploymentRecord | DaemonSetRecord>(
  workloads: readonly T[],
  service: ServiceRecord | null,
): T | null {
  const selected =
    service === null || Object.keys(service.selector).length === 0
      ? undefined
      : workloads.find(
          (workload) =>
            workload.meta.namespace === service.meta.namespace &&
            matchesLabels(workload.template.labels, service.selector),
        );
  return selected ?? workloads.find(runsCoreDns) ?? null;
}

function corefileOf(
  facts: ClusterFacts,
  namespace: string,
  workload: string | undefined,
): ConfigMapRecord | null {
  const candidates = facts.configMaps.filter(
    ({ meta, data }) =>
      meta.namespace === namespace && Object.hasOwn(data, 'Corefile') && !LOCAL_CACHE.test(meta.name),
  );
  const names = [workload, 'coredns', 'rke2-coredns-rke2-coredns'];
  return candidates.find(({ meta }) => names.includes(meta.name)) ?? candidates[0] ?? null;
}

/** Finds the cluster DNS by its Service, workload and Corefile; parts that do not exist or could not be read are null. */
export function clusterDns(facts: ClusterFacts): ClusterDns {
  const service = dnsService(facts);
  const deployment = behind(facts.deployments, service);
  const daemonSet = deployment === null ? behind(facts.daemonSets, service) : null;
  const workload = deployment ?? daemonSet;
  const namespace = workload?.meta.namespace ?? service?.meta.namespace ?? 'kube-system';
  const selector = workload?.selector ?? service?.selector ?? {};
  return {
    service,
    deployment,
    daemonSet,
    pods: podsSelectedBy(facts, namespace, selector),
    configMap: corefileOf(facts, namespace, workload?.meta.name),
  };
}
