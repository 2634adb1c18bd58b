import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import type { Cluster } from '../../ports/cluster.ts';
import type { ApiClient } from './api-client.ts';
import { readLogs } from './logs.ts';
import { mutateObject } from './mutate.ts';
import { readObject } from './read.ts';
import { reviewToken } from './review-token.ts';
import { createClusterWatch, type ClusterWatchSettings } from './watch/cluster-watch.ts';
import type { CollectionStatus, FollowSettings } from './watch/watched-collection.ts';

export type KubernetesClusterSettings = Pick<ClusterWatchSettings, 'clusterName'> &
  Partial<Omit<ClusterWatchSettings, 'clusterName' | 'follow'>> & { follow?: Partial<FollowSettings> };

export interface KubernetesCluster extends Cluster {
  /** Begins to list and watch. Reading, writing and reviewing work without it. */
  start(): void;
  /** One row a watched collection: for metrics (age since `lastContactMs`, by the monotonic clock) and readiness. */
  watchStatus(): CollectionStatus[];
  close(): Promise<void>;
}

/** Where the projects' own manifests and charts put the networking components. */
const networkingNamespaces = [
  'kube-system',
  'kube-flannel',
  'calico-system',
  'cilium',
  'antrea',
  'kube-router',
  'ovn-kubernetes',
];

const defaultFollow: Omit<FollowSettings, 'random'> = {
  pageSize: 500,
  watchSeconds: 60,
  requestTimeoutMs: 10_000,
  listTimeoutMs: 60_000,
  deniedRetryMs: 60_000,
  backoffMinMs: 500,
  backoffMaxMs: 30_000,
};

/** The Cluster port over one API client. */
export function createKubernetesCluster(
  api: ApiClient,
  clock: Clock,
  settings: KubernetesClusterSettings,
  random: () => number = Math.random,
): KubernetesCluster {
  const { follow, ...rest } = settings;
  const watch = createClusterWatch(api, clock, {
    configMapNamespaces: networkingNamespaces,
    events: { maxEvents: 2_000, maxAgeMs: 3_600_000 },
    staleAfterMs: 180_000,
    onApiServers: () => undefined,
    ...rest,
    follow: { ...defaultFollow, random, ...follow },
  });
  return {
    facts: () => watch.facts(),
    synced: () => watch.synced(),
    read: (ref) => readObject(api, ref),
    mutate: (mutation, options) => mutateObject(api, mutation, options),
    logs: (request) => readLogs(api, request),
    reviewToken: (token, audience) => reviewToken(api, token, audience),
    start: () => watch.start(),
    watchStatus: () => watch.status(),
    close: () => watch.close(),
  };
}
