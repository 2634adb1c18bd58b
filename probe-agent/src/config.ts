import { isIP, isIPv4 } from 'node:net';
import { z } from 'zod';
import { agentPorts } from '@pathmedic/shared/contract/agent-ports.ts';
import { AgentMode, ObjectName } from '@pathmedic/shared/contract/identity.ts';
import type { AgentIdentity } from '@pathmedic/shared/contract/identity.ts';
import { loadConfig } from '@pathmedic/shared/runtime/config.ts';
import type { ConfigProblem } from '@pathmedic/shared/runtime/config.ts';
import {
  baseUrlText,
  integerText,
  listText,
  logLevelText,
  portText,
} from '@pathmedic/shared/runtime/config-values.ts';
import type { LogLevel } from '@pathmedic/shared/runtime/logger.ts';
import type { Cidr, LocalLimits, PortRange } from './plan/limits.ts';
import type { ResponderPorts } from './responder/responder.ts';

const cidrText = z.string().transform((text, context): Cidr => {
  const match = /^([0-9a-fA-F.:]+)\/(\d{1,3})$/.exec(text);
  const address = match?.[1] ?? '';
  const prefix = Number(match?.[2] ?? Number.NaN);
  const longest = isIPv4(address) ? 32 : 128;
  if (isIP(address) !== 0 && prefix <= longest) return { address, prefix };
  context.addIssue({ code: 'custom', message: `${text} is not a prefix such as 10.0.0.0/8` });
  return z.NEVER;
});

const portRangeText = z.string().transform((text, context): PortRange => {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  const first = Number(match?.[1] ?? Number.NaN);
  const last = Number(match?.[2] ?? match?.[1] ?? Number.NaN);
  if (first >= 1 && first <= last && last <= 65_535) return { first, last };
  context.addIssue({ code: 'custom', message: `${text} is not a port or a range such as 8471-8474` });
  return z.NEVER;
});

const addressText = z.string().refine((text) => isIP(text) !== 0, 'must be an IP address');
const pathText = z.string().startsWith('/', 'must be an absolute path');

/** Private, shared and unique-local space: where pods, nodes and Services live unless a cluster says otherwise. */
const privateCidrs = '10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10,fc00::/7';
const usualPorts = `53,${agentPorts.tcp}-${agentPorts.restricted}`;

/** Environment of the agent. Names ending in `_PORT` would be taken for a Service's: ports are `..._LISTEN_...` here. */
export const agentSettings = {
  PATHMEDIC_MODE: {
    schema: AgentMode.default('pod'),
    example: 'host',
    description: 'pod (pod network), host (node network twin) or canary (inside a workload namespace)',
  },
  PATHMEDIC_NODE_NAME: {
    schema: ObjectName,
    example: 'worker-1',
    description: 'node this agent runs on (downward API: spec.nodeName)',
  },
  PATHMEDIC_POD_NAMESPACE: {
    schema: ObjectName,
    example: 'pathmedic',
    description: 'namespace of this pod (downward API: metadata.namespace)',
  },
  PATHMEDIC_POD_NAME: {
    schema: ObjectName,
    example: 'pathmedic-agent-x7k2p',
    description: 'name of this pod (downward API: metadata.name)',
  },
  PATHMEDIC_POD_UID: {
    schema: z.string().min(1).max(64),
    example: '3f0c8a5e-0d3b-4c53-9d6e-5b8f7a1d2c34',
    description: 'UID of this pod (downward API: metadata.uid)',
  },
  PATHMEDIC_COORDINATOR_URLS: {
    schema: listText(baseUrlText).default([]),
    example: 'https://10.0.0.4:8470,https://pathmedic-coordinator.pathmedic.svc:8470',
    description: 'base URLs of the coordinator; IP addresses are tried first, names last',
  },
  PATHMEDIC_COORDINATOR_SCHEME: {
    schema: z.enum(['http', 'https']).default('https'),
    example: 'https',
    description: "scheme for the address in the coordinator Service's environment variables",
  },
  PATHMEDIC_COORDINATOR_CA_FILE: {
    schema: pathText.optional(),
    example: '/etc/pathmedic/ca.crt',
    description: "CA bundle for the coordinator's certificate; Node's own roots without it",
  },
  PATHMEDIC_COORDINATOR_TLS_NAME: {
    schema: z.string().min(1).max(253).optional(),
    example: 'pathmedic-coordinator.pathmedic.svc',
    description:
      "name in the coordinator's certificate, for ways that use an address; the first name in the URLs without it",
  },
  PATHMEDIC_TOKEN_FILE: {
    schema: pathText.default('/var/run/secrets/pathmedic/token'),
    example: '/var/run/secrets/pathmedic/token',
    description: 'projected service account token for the coordinator; read anew for each request',
  },
  PATHMEDIC_BIND_ADDRESS: {
    schema: addressText.optional(),
    example: '10.244.1.7',
    description:
      'source address of probes and reports, and the address to listen on (downward API: status.podIP); all without it',
  },
  PATHMEDIC_LISTEN_TCP: {
    schema: portText.default(agentPorts.tcp),
    example: String(agentPorts.tcp),
    description: 'port of the TCP responder',
  },
  PATHMEDIC_LISTEN_UDP: {
    schema: portText.default(agentPorts.udp),
    example: String(agentPorts.udp),
    description: 'port of the UDP responder',
  },
  PATHMEDIC_LISTEN_HTTP: {
    schema: portText.default(agentPorts.http),
    example: String(agentPorts.http),
    description: 'port of the HTTP responder',
  },
  PATHMEDIC_LISTEN_RESTRICTED: {
    schema: portText.default(agentPorts.restricted),
    example: String(agentPorts.restricted),
    description: 'second TCP port of the responder, which policies under test close',
  },
  PATHMEDIC_LISTEN_METRICS: {
    schema: portText.default(agentPorts.metrics),
    example: String(agentPorts.metrics),
    description: 'port of /metrics, /livez and /readyz',
  },
  PATHMEDIC_ALLOWED_CIDRS: {
    schema: listText(cidrText).prefault(privateCidrs),
    defaultText: privateCidrs,
    example: '10.0.0.0/8,fd00::/8',
    description:
      'addresses that a plan may have probed; loopback and link-local only by a prefix inside them, metadata never',
  },
  PATHMEDIC_ALLOWED_PORTS: {
    schema: listText(portRangeText).prefault(usualPorts),
    defaultText: usualPorts,
    example: `53,443,${agentPorts.tcp}-${agentPorts.restricted}`,
    description: 'ports that a plan may have probed',
  },
  PATHMEDIC_MAX_PROBES_PER_SECOND: {
    schema: integerText(1, 200).default(20),
    example: '20',
    description: 'limit on the planned probes of this agent; checks get as much again',
  },
  PATHMEDIC_PLAN_CACHE: {
    schema: pathText.optional(),
    example: '/var/cache/pathmedic/plan.json',
    description: 'file that keeps the last plan over restarts (contains the probe keys)',
  },
  PATHMEDIC_ADDRESS_CACHE: {
    schema: pathText.optional(),
    example: '/var/cache/pathmedic/coordinator.json',
    description: 'file that keeps the addresses at which the coordinator was reached',
  },
  PATHMEDIC_SPOOL_WINDOWS: {
    schema: integerText(1, 2_000).default(120),
    example: '120',
    description: 'windows kept while the coordinator cannot be reached; the oldest is dropped first',
  },
  PATHMEDIC_HOST_FACTS: {
    schema: z.enum(['on', 'off']).default('off'),
    example: 'on',
    description: 'whether a host agent tells what the node says of its routes, interfaces and limits',
  },
  PATHMEDIC_LOG_LEVEL: {
    schema: logLevelText.default('info'),
    example: 'info',
    description: 'fatal, error, warn, info, debug, trace or silent',
  },
};

/** Everything the agent is told by its environment. */
export interface AgentConfig {
  identity: Omit<AgentIdentity, 'bootId'>;
  coordinator: {
    urls: readonly string[];
    serviceEnvUrl: string | null;
    caFile: string | null;
    tlsServerName: string | null;
    tokenFile: string;
  };
  bindAddress: string | null;
  responderPorts: ResponderPorts;
  metricsPort: number;
  limits: LocalLimits;
  planCachePath: string | null;
  addressCachePath: string | null;
  spoolWindows: number;
  /** Whether what this machine says of its network is reported; only where that is the node's. */
  hostFacts: boolean;
  logLevel: LogLevel;
}

export type LoadedAgentConfig = { ok: true; config: AgentConfig } | { ok: false; problems: ConfigProblem[] };

/** URL out of what the kubelet injects for the Service `pathmedic-coordinator` of the same namespace, or null. */
function serviceEnvUrl(env: Readonly<Record<string, string | undefined>>, scheme: string): string | null {
  const host = env['PATHMEDIC_COORDINATOR_SERVICE_HOST'];
  const port = env['PATHMEDIC_COORDINATOR_SERVICE_PORT'];
  if (!host || !port || isIP(host) === 0 || !/^\d{1,5}$/.test(port)) return null;
  return `${scheme}://${isIPv4(host) ? host : `[${host}]`}:${port}`;
}

function firstName(urls: readonly string[]): string | null {
  const hosts = urls.map((url) => new URL(url).hostname.replace(/^\[|\]$/g, ''));
  return hosts.find((host) => isIP(host) === 0) ?? null;
}

/** An agent needs at least one way to the coordinator. */
function missingWay(env: Readonly<Record<string, string | undefined>>): ConfigProblem[] {
  if (env['PATHMEDIC_COORDINATOR_URLS'] || serviceEnvUrl(env, 'https') !== null) return [];
  return [
    {
      name: 'PATHMEDIC_COORDINATOR_URLS',
      problem: 'is required where no Service named pathmedic-coordinator was there when the pod started',
      example: agentSettings.PATHMEDIC_COORDINATOR_URLS.example,
    },
  ];
}

/** The agent's configuration, or everything that is wrong with it. */
export function loadAgentConfig(env: Readonly<Record<string, string | undefined>>): LoadedAgentConfig {
  const loaded = loadConfig({ schema: agentSettings, env });
  if (!loaded.ok) return { ok: false, problems: [...loaded.problems, ...missingWay(env)] };
  const missing = missingWay(env);
  if (missing.length > 0) return { ok: false, problems: missing };
  const { config } = loaded;
  return {
    ok: true,
    config: {
      identity: {
        node: config.PATHMEDIC_NODE_NAME,
        mode: config.PATHMEDIC_MODE,
        namespace: config.PATHMEDIC_POD_NAMESPACE,
        podName: config.PATHMEDIC_POD_NAME,
        podUid: config.PATHMEDIC_POD_UID,
      },
      coordinator: {
        urls: config.PATHMEDIC_COORDINATOR_URLS,
        serviceEnvUrl: serviceEnvUrl(env, config.PATHMEDIC_COORDINATOR_SCHEME),
        caFile: config.PATHMEDIC_COORDINATOR_CA_FILE ?? null,
        tlsServerName: config.PATHMEDIC_COORDINATOR_TLS_NAME ?? firstName(config.PATHMEDIC_COORDINATOR_URLS),
        tokenFile: config.PATHMEDIC_TOKEN_FILE,
      },
      bindAddress: config.PATHMEDIC_BIND_ADDRESS ?? null,
      responderPorts: {
        tcp: config.PATHMEDIC_LISTEN_TCP,
        udp: config.PATHMEDIC_LISTEN_UDP,
        http: config.PATHMEDIC_LISTEN_HTTP,
        restricted: config.PATHMEDIC_LISTEN_RESTRICTED,
      },
      metricsPort: config.PATHMEDIC_LISTEN_METRICS,
      limits: {
        cidrs: config.PATHMEDIC_ALLOWED_CIDRS,
        ports: config.PATHMEDIC_ALLOWED_PORTS,
        maxProbesPerSecond: config.PATHMEDIC_MAX_PROBES_PER_SECOND,
      },
      planCachePath: config.PATHMEDIC_PLAN_CACHE ?? null,
      addressCachePath: config.PATHMEDIC_ADDRESS_CACHE ?? null,
      spoolWindows: config.PATHMEDIC_SPOOL_WINDOWS,
      hostFacts: config.PATHMEDIC_HOST_FACTS === 'on' && config.PATHMEDIC_MODE === 'host',
      logLevel: config.PATHMEDIC_LOG_LEVEL,
    },
  };
}
