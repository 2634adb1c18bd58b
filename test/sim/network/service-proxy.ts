import type { EndpointSlice, Service, ServicePort } from '../apiserver/stored-kinds.ts';
import { storedAs } from '../apiserver/stored-kinds.ts';
import type { SystemClient } from '../apiserver/system-client.ts';
import type { ListenerSet } from './listener-set.ts';
import { listenTcp } from './tcp-relay.ts';
import { listenUdp } from './udp-relay.ts';

interface Backend {
  address: string;
  port: number;
}

/** Ready endpoints of one Service port. */
export function backendsOf(slices: readonly EndpointSlice[], port: ServicePort): Backend[] {
  return slices.flatMap((slice) => {
    const target = (slice.ports ?? []).find(
      (item) => item.name === (port.name ?? '') && item.protocol === port.protocol,
    )?.port;
    if (target === undefined) return [];
    const ready = (slice.endpoints ?? []).filter((endpoint) => endpoint.conditions.ready === true);
    return ready.flatMap((endpoint) => endpoint.addresses.map((address) => ({ address, port: target })));
  });
}

/**
 * kube-proxy of the whole cluster: listens on every ClusterIP and port that has ready endpoints, forwards round robin
 * with the client's address. A port without endpoints has no listener, so the kernel refuses, as kube-proxy's REJECT does.
 * Whether the packet arrives is decided where the backend's own address is served.
 */
export function startServiceProxy(client: SystemClient, listeners: ListenerSet): void {
  const backends = new Map<string, Backend[]>();
  const turns = new Map<string, number>();

  function next(key: string): Backend | undefined {
    const list = backends.get(key) ?? [];
    const turn = turns.get(key) ?? 0;
    turns.set(key, turn + 1);
    return list.length === 0 ? undefined : list[turn % list.length];
  }

  function program(service: Service): void {
    const { namespace = '', name } = service.metadata;
    const address = service.spec.clusterIP ?? 'None';
    if (address === 'None' || address === '') return;
    const slices = client
      .list('endpointslices', namespace)
      .filter((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === name);
    for (const port of service.spec.ports ?? []) {
      const key = `service ${address} ${port.protocol} ${port.port}`;
      const found = backendsOf(slices, port);
      backends.set(key, found);
      if (found.length === 0) listeners.close(key);
      else if (!listeners.has(key)) {
        if (port.protocol === 'TCP') {
          listeners.open(key, () =>
            listenTcp(address, port.port, () => {
              const backend = next(key);
              return backend === undefined ? { type: 'reset' } : { type: 'forward', ...backend };
            }),
          );
        } else if (port.protocol === 'UDP') {
          listeners.open(key, () =>
            listenUdp(address, port.port, () => {
              const backend = next(key);
              return backend === undefined ? { type: 'drop' } : { type: 'forward', ...backend };
            }),
          );
        }
      }
    }
  }

  function forget(service: Service): void {
    for (const port of service.spec.ports ?? [])
      listeners.close(`service ${service.spec.clusterIP ?? ''} ${port.protocol} ${port.port}`);
  }

  client.subscribe((event) => {
    if (event.resource === 'services') {
      const { namespace = '', name } = event.object.metadata;
      const service = client.get('services', namespace, name);
      if (service !== undefined) program(service);
      else forget(storedAs('services', event.object));
    }
    if (event.resource === 'endpointslices') {
      const name = event.object.metadata.labels?.['kubernetes.io/service-name'] ?? '';
      const service = client.get('services', event.object.metadata.namespace ?? '', name);
      if (service !== undefined) program(service);
    }
  });
}
