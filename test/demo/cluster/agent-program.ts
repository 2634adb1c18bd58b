import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { agentPorts } from '@pathmedic/shared/contract/agent-ports.ts';
import type { PodProgram } from '../../sim/controllers/pod-program.ts';
import type { ExposedPort } from '../../sim/network/sim-network.ts';
import type { SimCluster } from '../../sim/sim-cluster.ts';
import { AgentNews, type AgentOrder } from '../processes/agent-orders.ts';
import type { Child } from '../processes/child.ts';
import { containerEnvironment } from './container-environment.ts';

export interface AgentProgramDeps {
  cluster: () => SimCluster;
  /** The process that holds the real agents. */
  agents: Child;
  coordinatorUrl: string;
  dnsPort: number;
  directory: string;
}

/** Real listeners lie this far above the ports that the pod advertises: the simulated network stands between them. */
const backendOffset = 10_000;

/** What runs in an agent pod: a real agent on the pod's address, with the pod's token, for as long as the container runs. */
export function agentProgram(deps: AgentProgramDeps): PodProgram {
  const tokens = join(deps.directory, 'tokens');
  mkdirSync(tokens, { recursive: true, mode: 0o700 });
  const listeners = new Map<string, (news: AgentNews) => void>();
  deps.agents.onMessage((message) => {
    const news = AgentNews.parse(message);
    listeners.get(news.podUid)?.(news);
  });
  return (context) => {
    const { pod, container, address } = context;
    const { namespace = '', name, uid } = pod.metadata;
    const cluster = deps.cluster();
    const tokenFile = join(tokens, uid);
    writeFileSync(tokenFile, cluster.podToken(namespace, name, ['pathmedic']), { mode: 0o600 });
    const exposed = (container.ports ?? []).flatMap(({ containerPort, protocol = 'TCP' }): ExposedPort[] => {
      if (containerPort === agentPorts.metrics || (protocol !== 'TCP' && protocol !== 'UDP')) return [];
      return [{ transport: protocol, port: containerPort, backendPort: containerPort + backendOffset }];
    });
    const relays = cluster.network.expose(address, exposed);
    listeners.set(uid, (news) => {
      if (news.is === 'listening') context.setReady(true);
      else {
        context.log(news.why);
        context.exit(1, news.why);
      }
    });
    const tell = (order: AgentOrder): void => deps.agents.send(order);
    const data = (configMap: string): Record<string, string> => ({
      ...cluster.client.get('configmaps', namespace, configMap)?.data,
    });
    tell({
      do: 'start',
      podUid: uid,
      env: { ...containerEnvironment(context, data), ...settings(deps, tokenFile) },
    });
    return {
      stop() {
        listeners.delete(uid);
        relays.close();
        tell({ do: 'stop', podUid: uid });
      },
    };
  };
}

/** What differs from a cluster: no cluster DNS on this machine, loopback addresses, ports beside the relays'. */
function settings(deps: AgentProgramDeps, tokenFile: string): Record<string, string> {
  const behind = (port: number): string => String(port + backendOffset);
  return {
    PATHMEDIC_COORDINATOR_URLS: deps.coordinatorUrl,
    PATHMEDIC_TOKEN_FILE: tokenFile,
    // All nodes are this one machine, whose settings are nobody's fault.
    PATHMEDIC_HOST_FACTS: 'off',
    PATHMEDIC_ALLOWED_CIDRS: '127.0.0.0/8',
    PATHMEDIC_ALLOWED_PORTS: `${deps.dnsPort},${agentPorts.tcp}-${agentPorts.restricted}`,
    PATHMEDIC_LISTEN_TCP: behind(agentPorts.tcp),
    PATHMEDIC_LISTEN_UDP: behind(agentPorts.udp),
    PATHMEDIC_LISTEN_HTTP: behind(agentPorts.http),
    PATHMEDIC_LISTEN_RESTRICTED: behind(agentPorts.restricted),
    PATHMEDIC_LISTEN_METRICS: behind(agentPorts.metrics),
  };
}
