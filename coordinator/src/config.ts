import { z } from 'zod';
import { agentPorts } from '@pathmedic/shared/contract/agent-ports.ts';
import { ObjectName } from '@pathmedic/shared/contract/identity.ts';
import {
  loadConfig,
  type ConfigOf,
  type ConfigProblem,
  type Settings,
} from '@pathmedic/shared/runtime/config.ts';
import { baseUrlText, flagText, integerText, logLevelText } from '@pathmedic/shared/runtime/config-values.ts';

const pathText = z.string().startsWith('/', 'must be an absolute path');

/** `address:port`; port 0 lets the kernel choose. */
const listenText = z
  .string()
  .regex(/^(\[[0-9a-f:.]+\]|[0-9.]+):\d{1,5}$/i, 'must be ADDRESS:PORT')
  .transform((text) => {
    const at = text.lastIndexOf(':');
    return { host: text.slice(0, at).replaceAll(/[[\]]/g, ''), port: Number(text.slice(at + 1)) };
  })
  .refine(({ port }) => port <= 65_535, 'must have a port up to 65535');

const listen = (text: string): z.infer<typeof listenText> => listenText.parse(text);

/** `redis://`, `rediss://` or `unix:///path`; credentials come in a setting of their own. */
const redisUrlText = z
  .string()
  .regex(/^(rediss?:\/\/|unix:\/\/\/)/, 'must begin with redis://, rediss:// or unix:///')
  .refine((text) => !text.includes('@'), 'must not hold credentials; use PATHMEDIC_REDIS_PASSWORD');

const durationMs = (minMs: number, maxMs: number, defaultMs: number) =>
  integerText(minMs, maxMs).default(defaultMs);

/** Read by both roles. */
const commonSettings = {
  PATHMEDIC_ROLE: {
    schema: z.enum(['coordinator', 'executor']).default('coordinator'),
    example: 'coordinator',
    description:
      'coordinator (senses, diagnoses, asks, verifies) or executor (carries out approved plans, nothing else)',
  },
  PATHMEDIC_CLUSTER_NAME: {
    schema: z.string().min(1).max(60),
    example: 'prod-eu1',
    description: 'name of this cluster in messages',
  },
  PATHMEDIC_NAMESPACE: {
    schema: ObjectName,
    example: 'pathmedic',
    description: 'namespace of this pod (downward API); its Leases live there',
  },
  PATHMEDIC_POD_NAME: {
    schema: ObjectName,
    example: 'pathmedic-coordinator-6d5f',
    description: 'name of this pod (downward API); identifies the replica',
  },
  PATHMEDIC_KUBECONFIG: {
    schema: pathText.optional(),
    example: '/etc/pathmedic/kubeconfig',
    description: "kubeconfig file; the pod's own service account without it",
  },
  PATHMEDIC_REDIS_URL: {
    schema: redisUrlText.default('unix:///run/redis/redis.sock'),
    example: 'unix:///run/redis/redis.sock',
    description: 'Redis that holds incidents: needs appendonly and noeviction',
  },
  PATHMEDIC_REDIS_PASSWORD: {
    schema: z.string().min(1).optional(),
    example: 's3cret',
    description: 'password of Redis',
    secret: true,
  },
  PATHMEDIC_REDIS_PREFIX: {
    schema: z
      .string()
      .regex(/^[a-z0-9-]{1,40}$/)
      .default('pathmedic'),
    example: 'pathmedic',
    description: 'prefix of all keys; two clusters in one Redis need two',
  },
  PATHMEDIC_APPROVAL_KEY: {
    schema: z.string().min(32),
    example: 'openssl rand -hex 32',
    description:
      'signs approvals and chains the audit; the same for coordinator and executor, never in Redis',
    secret: true,
  },
  PATHMEDIC_PRINCIPALS_FILE: {
    schema: pathText.optional(),
    example: '/etc/pathmedic/principals.yaml',
    description: 'people who may look or approve; without it nobody may',
  },
  PATHMEDIC_LISTEN_METRICS: {
    schema: listenText.default(listen(`0.0.0.0:${agentPorts.metrics}`)),
    example: `0.0.0.0:${agentPorts.metrics}`,
    description: 'address and port of /metrics, /livez and /readyz',
  },
  PATHMEDIC_LOG_LEVEL: {
    schema: logLevelText.default('info'),
    example: 'info',
    description: 'fatal, error, warn, info, debug, trace or silent',
  },
} satisfies Settings;

/** Read by the coordinator role. */
const coordinatorSettings = {
  PATHMEDIC_MODE: {
    schema: z.enum(['advise', 'remediate']).default('advise'),
    example: 'remediate',
    description:
      'advise (says what a person would run) or remediate (the executor may act after an approval)',
  },
  PATHMEDIC_LISTEN: {
    schema: listenText.default(listen('0.0.0.0:8470')),
    example: '0.0.0.0:8470',
    description: 'address and port of the API and the console',
  },
  PATHMEDIC_PUBLIC_URL: {
    schema: baseUrlText,
    example: 'https://pathmedic.example.com',
    description: 'where people reach the console; links in messages begin with it',
  },
  PATHMEDIC_ADVERTISE_URL: {
    schema: baseUrlText,
    example: 'http://10.0.0.4:8470',
    description: 'where agents reach this replica while it leads',
  },
  PATHMEDIC_CONSOLE_KEY: {
    schema: z.string().min(32),
    example: 'openssl rand -hex 32',
    description: 'signs console sessions and makes the probe key',
    secret: true,
  },
  PATHMEDIC_AGENT_SERVICE_ACCOUNT: {
    schema: z
      .string()
      .regex(/^[a-z0-9-]+$/)
      .default('pathmedic-agent'),
    example: 'pathmedic-agent',
    description: 'service account of the agents; canaries use the one of the same name in their namespace',
  },
  PATHMEDIC_AGENT_AUDIENCE: {
    schema: z.string().min(1).default('pathmedic'),
    example: 'pathmedic',
    description: "audience of the agents' tokens",
  },
  PATHMEDIC_WINDOW_MS: {
    schema: durationMs(500, 60_000, 5000),
    example: '5000',
    description: 'length of a report window in milliseconds',
  },
  PATHMEDIC_STUCK_POD_MS: {
    schema: durationMs(1000, 3_600_000, 180_000),
    example: '180000',
    description: 'a pod without a network sandbox counts as stuck after this time, in milliseconds',
  },
  PATHMEDIC_NODE_NAME: {
    schema: ObjectName.optional(),
    example: 'worker-1',
    description: 'node of this pod (downward API): lets the coordinator suspect its own node first',
  },
  PATHMEDIC_EXTERNAL_NAME: {
    schema: z.string().min(1).max(253).optional(),
    example: 'example.com.',
    description: 'name outside the cluster that DNS should resolve; without it upstreams are not probed',
  },
  PATHMEDIC_APPROVAL_TTL_MS: {
    schema: durationMs(30_000, 3_600_000, 900_000),
    example: '900000',
    description: 'how long an approval card is open, in milliseconds',
  },
  PATHMEDIC_APPROVALS_NEEDED: {
    schema: integerText(1, 2).default(1),
    example: '2',
    description: 'different people that have to approve a plan: 1 or 2',
  },
  PATHMEDIC_SLACK_CHANNEL: {
    schema: z
      .string()
      .regex(/^[CG][A-Z0-9]{5,20}$/, 'must be a channel id such as C0123ABCD')
      .optional(),
    example: 'C0123ABCD',
    description: 'channel for incidents; without it only the console tells',
  },
  PATHMEDIC_SLACK_BOT_TOKEN: {
    schema: z.string().startsWith('xoxb-').optional(),
    example: 'xoxb-...',
    description: 'bot token with chat:write (and channels:history to find a message again)',
    secret: true,
  },
  PATHMEDIC_SLACK_APP_TOKEN: {
    schema: z.string().startsWith('xapp-').optional(),
    example: 'xapp-...',
    description: 'app token with connections:write: clicks come by Socket Mode',
    secret: true,
  },
  PATHMEDIC_SLACK_SIGNING_SECRET: {
    schema: z.string().min(8).optional(),
    example: '8f742231b10e8888abcd99yyyzzz85a5',
    description: 'signing secret: clicks come by signed HTTP at /v1/slack/interactions',
    secret: true,
  },
  PATHMEDIC_SLACK_API_URL: {
    schema: z.string().url().default('https://slack.com/api/'),
    example: 'https://slack.com/api/',
    description: "base URL of Slack's Web API",
  },
  PATHMEDIC_CONSOLE_DIR: {
    schema: pathText.optional(),
    example: '/app/console',
    description: 'folder of the built console; beside the program without it',
  },
  PATHMEDIC_TRUST_PROXY: {
    schema: flagText.default(false),
    example: 'true',
    description: 'believe X-Forwarded-* of a proxy in front',
  },
} satisfies Settings;

export const allSettings = { ...commonSettings, ...coordinatorSettings } satisfies Settings;

/** All that `pathmedic audit` reads. */
export const auditKeySettings = {
  PATHMEDIC_APPROVAL_KEY: commonSettings.PATHMEDIC_APPROVAL_KEY,
} satisfies Settings;

export type ExecutorConfig = ConfigOf<typeof commonSettings> & { readonly PATHMEDIC_ROLE: 'executor' };
export type CoordinatorConfig = ConfigOf<typeof allSettings> & { readonly PATHMEDIC_ROLE: 'coordinator' };
export type Config = CoordinatorConfig | ExecutorConfig;

type ReadConfig<C> = { ok: true; config: C } | { ok: false; problems: ConfigProblem[] };

/** Parses the environment for the role that it names; every problem at once. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): ReadConfig<Config> {
  return env['PATHMEDIC_ROLE'] === 'executor' ? readExecutorConfig(env) : readCoordinatorConfig(env);
}

function readExecutorConfig(env: Readonly<Record<string, string | undefined>>): ReadConfig<ExecutorConfig> {
  const loaded = loadConfig({ schema: commonSettings, env });
  return loaded.ok ? { ok: true, config: { ...loaded.config, PATHMEDIC_ROLE: 'executor' } } : loaded;
}

function readCoordinatorConfig(
  env: Readonly<Record<string, string | undefined>>,
): ReadConfig<CoordinatorConfig> {
  const loaded = loadConfig({ schema: allSettings, env });
  if (!loaded.ok) return loaded;
  const problems = slackProblems(loaded.config);
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, config: { ...loaded.config, PATHMEDIC_ROLE: 'coordinator' } };
}

/** Slack needs all of its settings or none. */
function slackProblems(config: ConfigOf<typeof allSettings>): ConfigProblem[] {
  const channel = config.PATHMEDIC_SLACK_CHANNEL;
  const token = config.PATHMEDIC_SLACK_BOT_TOKEN;
  const problem = (name: keyof typeof coordinatorSettings, text: string): ConfigProblem => ({
    name,
    problem: text,
    example: coordinatorSettings[name].example,
  });
  if (channel === undefined && token === undefined) return [];
  return [
    ...(channel === undefined
      ? [problem('PATHMEDIC_SLACK_CHANNEL', 'is required with PATHMEDIC_SLACK_BOT_TOKEN')]
      : []),
    ...(token === undefined
      ? [problem('PATHMEDIC_SLACK_BOT_TOKEN', 'is required with PATHMEDIC_SLACK_CHANNEL')]
      : []),
    ...(config.PATHMEDIC_SLACK_APP_TOKEN === undefined && config.PATHMEDIC_SLACK_SIGNING_SECRET === undefined
      ? [
          problem(
            'PATHMEDIC_SLACK_APP_TOKEN',
            'or PATHMEDIC_SLACK_SIGNING_SECRET is required: clicks have to come in somehow',
          ),
        ]
      : []),
  ];
}
