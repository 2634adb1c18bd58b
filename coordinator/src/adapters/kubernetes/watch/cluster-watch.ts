import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import type { ClusterFacts, FactKind } from '../../../facts/cluster-facts.ts';
import type { ObjectKind } from '../../../domain/object-ref.ts';
import type { ApiClient } from '../api-client.ts';
import { collectionPath } from '../resource-path.ts';
import { trimConfigMap } from '../trim/config-map.ts';
import { trimDaemonSet } from '../trim/daemon-set.ts';
import { trimDeployment } from '../trim/deployment.ts';
import { trimEndpointSlice } from '../trim/endpoint-slice.ts';
import { trimEvent } from '../trim/event.ts';
import { trimNamespace } from '../trim/namespace.ts';
import { trimNetworkPolicy } from '../trim/network-policy.ts';
import { trimNode } from '../trim/node.ts';
import { trimPod } from '../trim/pod.ts';
import { trimService } from '../trim/service.ts';
import { apiServersOf } from './api-servers.ts';
import { createEventTable, type EventLimits } from './event-table.ts';
import { createRecordTable, type RecordTable } from './record-table.ts';
import { unknownOf } from './unknown.ts';
import {
  followCollection,
  type CollectionStatus,
  type Followed,
  type FollowSettings,
  type WatchedCollection,
} from './watched-collection.ts';

export interface ClusterWatchSettings {
  clusterName: string;
  /** Namespaces whose networking ConfigMaps are read; rights for them are given by namespace. */
  configMapNamespaces: readonly string[];
  events: EventLimits;
  follow: FollowSettings;
  /** A collection without a sign of life for so long is stale: it counts as unknown. */
  staleAfterMs: number;
  /** Told of the API server's own addresses whenever they change. */
  onApiServers: (servers: readonly string[]) => void;
}

/** The watches of one process. */
export interface ClusterWatch {
  start(): void;
  facts(): ClusterFacts;
  synced(): boolean;
  status(): CollectionStatus[];
  close(): Promise<void>;
}

export function createClusterWatch(
  api: ApiClient,
  clock: Clock,
  settings: ClusterWatchSettings,
): ClusterWatch {
  const stop = new AbortController();
  const starts: (() => Followed)[] = [];
  let followed: Followed[] = [];

  function watchInto<R>(
    kind: FactKind,
    objects: ObjectKind | 'Event',
    namespace: string | null,
    trim: (raw: unknown) => R | null,
    sink: WatchedCollection<R>['sink'],
  ): void {
    const path = objects === 'Event' ? '/api/v1/events' : collectionPath(objects, namespace);
    const collection = { kind, namespace, path, trim, sink };
    starts.push(() => followCollection(api, clock, collection, settings.follow, stop.signal));
  }

  function table<R>(
    kind: FactKind,
    objects: ObjectKind,
    trim: (raw: unknown) => R | null,
    onChange?: () => void,
  ): RecordTable<R> {
    const records = createRecordTable<R>(onChange);
    watchInto(kind, objects, null, trim, records.sink());
    return records;
  }

  const nodes = table('nodes', 'Node', trimNode);
  const namespaces = table('namespaces', 'Namespace', trimNamespace);
  const pods = table('pods', 'Pod', trimPod);
  const daemonSets = table('daemonSets', 'DaemonSet', trimDaemonSet);
  const deployments = table('deployments', 'Deployment', trimDeployment);
  const services = table('services', 'Service', trimService);
  const endpointSlices = table('endpointSlices', 'EndpointSlice', trimEndpointSlice, learnApiServers);
  const networkPolicies = table('networkPolicies', 'NetworkPolicy', trimNetworkPolicy);
  const configMaps = createRecordTable<NonNullable<ReturnType<typeof trimConfigMap>>>();
  for (const namespace of new Set(settings.configMapNamespaces)) {
    watchInto('configMaps', 'ConfigMap', namespace, trimConfigMap, configMaps.sink());
  }
  const events = createEventTable(settings.events);
  watchInto('events', 'Event', null, trimEvent, events.sink());

  let apiServers = '';
  function learnApiServers(): void {
    const servers = apiServersOf(endpointSlices.records());
    const joined = servers.join(' ');
    if (servers.length === 0 || joined === apiServers) return;
    apiServers = joined;
    settings.onApiServers(servers);
  }

  function status(): CollectionStatus[] {
    return followed.map((one) => one.status());
  }

  return {
    start() {
      if (followed.length === 0) followed = starts.map((start) => start());
    },
    facts() {
      const atMs = clock.nowMs();
      return {
        atMs,
        clusterName: settings.clusterName,
        nodes: nodes.records(),
        namespaces: namespaces.records(),
        pods: pods.records(),
        daemonSets: daemonSets.records(),
        deployments: deployments.records(),
        services: services.records(),
        endpointSlices: endpointSlices.records(),
        networkPolicies: networkPolicies.records(),
        configMaps: configMaps.records(),
        events: events.records(atMs),
        logs: [],
        hosts: [],
        unknown: unknownOf({
          collections: status(),
          namespaces: namespaces.records().map(({ meta }) => meta.name),
          nowMs: clock.monotonicMs(),
          staleAfterMs: settings.staleAfterMs,
        }),
      };
    },
    synced() {
      const nowMs = clock.monotonicMs();
      return (
        followed.length > 0 &&
        status().every(({ state, listed, lastContactMs }) => {
          if (state === 'denied') return true;
          return listed && lastContactMs !== null && nowMs - lastContactMs <= settings.staleAfterMs;
        })
      );
    },
    status,
    async close() {
      stop.abort(new Error('closed'));
      await Promise.all(followed.map((one) => one.done));
    },
  };
}
