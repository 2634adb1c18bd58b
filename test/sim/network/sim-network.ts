import type { SystemClient } from '../apiserver/system-client.ts';
import type { DnsListener } from '../controllers/coredns-program.ts';
import type { CorefileBlock } from '../controllers/corefile.ts';
import type { NodeMachine } from '../controllers/node-machine.ts';
import type { Connectivity } from './connectivity.ts';
import { createConnectivity } from './connectivity.ts';
import { startDnsServer } from './dns-server.ts';
import { answerName } from './dns-zone.ts';
import { createListenerSet } from './listener-set.ts';
import { startServiceProxy } from './service-proxy.ts';
import { listenTcp } from './tcp-relay.ts';
import type { Listening } from './tcp-relay.ts';
import { listenUdp } from './udp-relay.ts';

/** One advertised port of a pod or node and where the real process listens, on the same address. */
export interface ExposedPort {
  transport: 'TCP' | 'UDP';
  port: number;
  backendPort: number;
}

/** The data plane on loopback. */
export interface SimNetwork {
  connectivity: Connectivity;
  /** Serves advertised ports of an address until closed; every new connection asks `connectivity`. */
  expose(address: string, ports: readonly ExposedPort[]): Listening;
  /** DNS servers of one CoreDNS pod. */
  dns(address: string): DnsListener;
  /** The site's own resolver, which CoreDNS forwards to. */
  setUpstream(state: 'answers' | 'silent'): void;
  /** Resolves when no listener is being opened or closed. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export interface SimNetworkOptions {
  client: SystemClient;
  machines: ReadonlyMap<string, NodeMachine>;
  enforcePolicies: boolean;
  /** Port of CoreDNS pods; 53 needs root. */
  dnsPort: number;
  externalNames: ReadonlyMap<string, string>;
  random(): number;
  /** False: no sockets at all, for tests in virtual time. */
  listens: boolean;
  onError(what: string, error: unknown): void;
}

export function createSimNetwork(options: SimNetworkOptions): SimNetwork {
  const { client } = options;
  const connectivity = createConnectivity(options);
  const listeners = createListenerSet(options.onError);
  let upstream: 'answers' | 'silent' = 'answers';
  if (options.listens) startServiceProxy(client, listeners);
  const sources = {
    client,
    externalNames: options.externalNames,
    upstreamAnswers: () => upstream === 'answers',
  };

  function exposeOne(address: string, exposed: ExposedPort): string {
    const key = `relay ${address} ${exposed.transport} ${exposed.port}`;
    const to = { type: 'forward', address, port: exposed.backendPort } as const;
    const drop = { type: 'drop' } as const;
    const passes = (source: string): boolean =>
      connectivity.allowed(source, address, exposed.transport, exposed.port).passes;
    if (exposed.transport === 'TCP')
      listeners.open(key, () => listenTcp(address, exposed.port, (source) => (passes(source) ? to : drop)));
    else
      listeners.open(key, () => listenUdp(address, exposed.port, (source) => (passes(source) ? to : drop)));
    return key;
  }

  return {
    connectivity,
    expose(address, ports) {
      if (!options.listens) return { close: () => {} };
      const keys = ports.map((port) => exposeOne(address, port));
      return { close: () => keys.forEach((key) => listeners.close(key)) };
    },
    dns(address) {
      const key = `dns ${address}`;
      let blocks: readonly CorefileBlock[] = [];
      return {
        serve(next) {
          blocks = next;
          if (!options.listens) return;
          listeners.open(key, () =>
            startDnsServer({
              address,
              port: options.dnsPort,
              answer: (name, type) => answerName(sources, blocks, name, type),
              allows: (source, transport) =>
                connectivity.allowed(source, address, transport, options.dnsPort).passes,
            }),
          );
        },
        close: () => listeners.close(key),
      };
    },
    setUpstream(state) {
      upstream = state;
    },
    settled: () => listeners.settled(),
    close: () => listeners.closeAll(),
  };
}
