import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleConsole } from '../../deploy/docker/bundle.ts';
import type { ProgramLookup } from '../sim/controllers/pod-program.ts';
import type { SimCluster } from '../sim/sim-cluster.ts';
import { createSlackStandIn, type SlackStandIn } from '../slack/stand-in.ts';
import { agentProgram } from './cluster/agent-program.ts';
import { chooseDnsPort, choosePort, createDemoCluster, type DemoCluster } from './cluster/demo-cluster.ts';
import { productManifests } from './cluster/product-manifests.ts';
import { serviceProgram } from './cluster/service-program.ts';
import { createChildren } from './processes/child.ts';
import { type Keeper, startKeeper } from './processes/keeper.ts';
import { startRedisProcess } from './processes/redis-process.ts';
import { openProduct, type Product } from './product.ts';
import { GaveUp, waitFor } from './waiting.ts';

/** Everything that runs for a demo. */
export interface Stage {
  cluster: SimCluster;
  slack: SlackStandIn;
  product: Product;
  consoleUrl: string;
  channelUrl: string;
  /** Console token of ana. */
  loginToken: string;
  /** Errors of the simulation itself. */
  troubles: readonly string[];
  /** Ends everything; returns the directory with the logs if they are to be kept. */
  close(keepLogs: boolean): Promise<string | null>;
}

const ui = join(import.meta.dirname, '../../coordinator/ui');
const agentsMain = join(import.meta.dirname, 'processes/agents-main.ts');
/** Agents report each second instead of each five: a demo is watched. */
const windowMs = 1000;
/** Pods that get no address count after 20 seconds instead of three minutes. */
const stuckPodMs = 20_000;
const quietWithinMs = 90_000;

/** Starts Redis, the cluster, the product in it, Slack, and waits until all agents report and all paths answer. */
export async function openStage(signal: AbortSignal): Promise<Stage> {
  const keeper = startKeeper();
  const [data, logs] = await Promise.all(
    ['data', 'logs'].map((what) => mkdtemp(join(tmpdir(), `pathmedic-demo-${what}-`))),
  );
  if (data === undefined || logs === undefined) throw new Error('no temporary directories');
  for (const directory of [data, logs]) keeper.remove(directory);
  const closers: (() => Promise<void>)[] = [];
  let closed: Promise<string | null> | null = null;
  const end = async (keepLogs: boolean): Promise<string | null> => {
    for (const closer of closers.toReversed()) await closer().catch(() => undefined);
    if (keepLogs) keeper.keep(logs);
    // Removes what is to be removed.
    await keeper.close();
    return keepLogs ? logs : null;
  };
  const close: Stage['close'] = (keepLogs) => (closed ??= end(keepLogs));
  try {
    return await build({ data, logs, keeper, closers, close }, signal);
  } catch (error) {
    const kept = await close(!signal.aborted);
    if (kept === null) throw error;
    throw new Error(`${error instanceof Error ? error.message : String(error)}\nLogs: ${kept}`, {
      cause: error,
    });
  }
}

interface Ground {
  data: string;
  logs: string;
  keeper: Keeper;
  /** Run in reverse order. */
  closers: (() => Promise<void>)[];
  close: Stage['close'];
}

async function build(ground: Ground, signal: AbortSignal): Promise<Stage> {
  const { data: directory, logs, keeper, closers, close } = ground;
  const children = createChildren(keeper, logs);
  closers.push(() => children.stopAll());
  const secret = (): string => randomBytes(32).toString('hex');
  const [consolePort, channelPort, metricsPort, executorMetricsPort, dnsPort] = await Promise.all([
    choosePort(8470),
    choosePort(8480),
    choosePort(0),
    choosePort(0),
    chooseDnsPort(),
  ]);
  const consoleUrl = `http://127.0.0.1:${consolePort}`;
  const [redis, slack, consoleDirectory] = await Promise.all([
    startRedisProcess(children, directory),
    createSlackStandIn({ port: channelPort, people: ['ana', 'ben'] }),
    buildConsole(directory),
  ]);
  closers.push(() => slack.close());
  const loginToken = randomBytes(12).toString('hex');
  const principals = join(directory, 'principals.yaml');
  await writeFile(principals, principalsFile(slack, loginToken), { mode: 0o600 });

  const both = {
    PATHMEDIC_CLUSTER_NAME: 'demo',
    PATHMEDIC_REDIS_URL: redis.url,
    PATHMEDIC_APPROVAL_KEY: secret(),
    PATHMEDIC_PRINCIPALS_FILE: principals,
  };
  const coordinator = {
    ...both,
    PATHMEDIC_MODE: 'remediate',
    PATHMEDIC_LISTEN: `127.0.0.1:${consolePort}`,
    PATHMEDIC_LISTEN_METRICS: `127.0.0.1:${metricsPort}`,
    PATHMEDIC_PUBLIC_URL: consoleUrl,
    PATHMEDIC_ADVERTISE_URL: consoleUrl,
    PATHMEDIC_CONSOLE_KEY: secret(),
    PATHMEDIC_WINDOW_MS: String(windowMs),
    PATHMEDIC_STUCK_POD_MS: String(stuckPodMs),
    PATHMEDIC_EXTERNAL_NAME: 'external.example.com.',
    PATHMEDIC_SLACK_CHANNEL: slack.channel.id,
    PATHMEDIC_SLACK_BOT_TOKEN: slack.botToken,
    PATHMEDIC_SLACK_APP_TOKEN: slack.appToken,
    PATHMEDIC_SLACK_API_URL: slack.apiUrl,
    ...(consoleDirectory === null ? {} : { PATHMEDIC_CONSOLE_DIR: consoleDirectory }),
  };
  const executor = { ...both, PATHMEDIC_LISTEN_METRICS: `127.0.0.1:${executorMetricsPort}` };

  const agents = children.start({
    name: 'agents',
    command: process.execPath,
    args: [agentsMain],
    ipc: true,
  });
  const troubles: string[] = [];
  let demo: DemoCluster | null = null;
  const cluster = (): SimCluster => {
    if (demo === null) throw new Error('the cluster has not started');
    return demo.cluster;
  };
  const shared = { cluster, children, directory };
  const programs = programsOf({
    agent: agentProgram({ ...shared, agents, coordinatorUrl: consoleUrl, dnsPort }),
    coordinator: serviceProgram({
      ...shared,
      name: 'coordinator',
      settings: coordinator,
      readyUrl: `${consoleUrl}/readyz`,
    }),
    executor: serviceProgram({
      ...shared,
      name: 'executor',
      settings: executor,
      readyUrl: `http://127.0.0.1:${executorMetricsPort}/readyz`,
    }),
  });
  demo = await createDemoCluster({
    programs: [programs],
    dnsPort,
    onError: (what, error) => {
      // Well-known ports of workloads need root; nothing in the demo uses them.
      if (!(error instanceof Error && 'code' in error && error.code === 'EACCES'))
        troubles.push(`${what}: ${String(error)}`);
    },
  });
  const running = demo;
  closers.push(
    () => running.stop(),
    // The product before the world that it lives in.
    () => children.stopAll(),
  );
  demo.cluster.apply(await productManifests('app'));
  const product = openProduct(consoleUrl, loginToken);
  await untilQuiet(demo.cluster, product, signal);
  return {
    cluster: demo.cluster,
    slack,
    product,
    consoleUrl,
    channelUrl: slack.pageUrl,
    loginToken,
    troubles,
    close,
  };
}

/** Programs of the product's containers, by the container's name in deploy/manifests. */
function programsOf(byContainer: Readonly<Record<string, ReturnType<ProgramLookup>>>): ProgramLookup {
  return (pod, container) =>
    pod.metadata.labels?.['app.kubernetes.io/part-of'] === 'pathmedic'
      ? byContainer[container.name]
      : undefined;
}

/** Every agent reports, every path is known and none fails. */
async function untilQuiet(cluster: SimCluster, product: Product, signal: AbortSignal): Promise<void> {
  const look = async (): Promise<true> => {
    const crashed = cluster.client
      .list('pods', 'pathmedic')
      .find((pod) => pod.status.containerStatuses?.some(({ restartCount }) => restartCount > 1) === true);
    if (crashed !== undefined) throw new GaveUp(`${crashed.metadata.name} keeps ending; see its log`);
    const [symptom] = await openSymptoms(product);
    if (symptom !== undefined) throw new GaveUp(`starting it has opened an incident: ${symptom}`);
    const { network } = await product.overview();
    if (network === null) throw new Error('the coordinator has no picture of the network yet');
    const { agents, silentAgents, pathsHealthy, pathsFailing, pathsUnknown } = network;
    const quiet = silentAgents + pathsFailing + pathsUnknown === 0 && pathsHealthy > 0;
    if (agents < agentPlaces(cluster) || !quiet) throw new Error(JSON.stringify(network));
    return true;
  };
  await waitFor('all agents to report and all paths to answer', quietWithinMs, look, signal);
}

/** Agents that are to report: one a node in each mode, canaries one a node that has some. */
function agentPlaces(cluster: SimCluster): number {
  const canaries = cluster.client
    .list('pods')
    .filter((pod) => pod.metadata.labels?.['app.kubernetes.io/component'] === 'canary');
  return 2 * cluster.nodeNames.length + new Set(canaries.map((pod) => pod.spec.nodeName)).size;
}

async function openSymptoms(product: Product): Promise<string[]> {
  const { open } = await product.incidents();
  const views = await Promise.all(open.map(({ id }) => product.incident(id)));
  return views.map(({ page }) =>
    page.symptoms.flatMap(({ headline, lines }) => [headline, ...lines]).join('; '),
  );
}

async function buildConsole(directory: string): Promise<string | null> {
  if (!existsSync(join(ui, 'main.tsx'))) return null;
  const out = join(directory, 'console');
  await bundleConsole(ui, out);
  return out;
}

function principalsFile(slack: SlackStandIn, loginToken: string): string {
  const slackOf = (name: string) => ({ team: slack.workspace.team.id, user: slack.user(name).id });
  // JSON is YAML.
  return JSON.stringify({
    principals: [
      {
        name: 'ana',
        roles: ['viewer', 'approver'],
        slack: slackOf('ana'),
        consoleTokenSha256: createHash('sha256').update(loginToken).digest('hex'),
      },
      { name: 'ben', roles: ['viewer', 'approver'], slack: slackOf('ben') },
    ],
  });
}
