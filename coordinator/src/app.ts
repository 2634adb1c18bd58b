import { join } from 'node:path';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { systemClock, type Clock } from '@pathmedic/shared/runtime/clock.ts';
import type { Logger } from '@pathmedic/shared/runtime/logger.ts';
import { createBullWakeQueue } from './adapters/bullmq/wake-queue.ts';
import { createApiClient } from './adapters/kubernetes/api-client.ts';
import { createKubernetesClaims } from './adapters/kubernetes/claims.ts';
import { createClientNodeTransport } from './adapters/kubernetes/client-node-transport.ts';
import { createKubernetesCluster } from './adapters/kubernetes/cluster.ts';
import { loadKubeConfig } from './adapters/kubernetes/kube-config.ts';
import { learnApiServers } from './adapters/kubernetes/learn-api-servers.ts';
import { createRedisIncidentStore } from './adapters/redis/incident-store.ts';
import { parsePrincipalsFile } from './auth/principals-file.ts';
import { createPrincipals, type Principals } from './auth/principals.ts';
import type { Config } from './config.ts';
import { startCoordinator } from './coordinator-app.ts';
import { startExecutor, type RunningRole } from './executor-app.ts';
import { startMetricsServer } from './telemetry/metrics-server.ts';
import { createCoordinatorMetrics } from './telemetry/coordinator-metrics.ts';
import { countAppends, createIncidentMetrics } from './telemetry/incident-metrics.ts';

export interface AppOptions {
  logger: Logger;
  version: string;
  clock?: Clock;
}

/** Starts the role that the configuration names. Rejects when what it cannot do without is not there. */
export async function startApp(config: Config, options: AppOptions): Promise<RunningRole> {
  const { logger } = options;
  const clock = options.clock ?? systemClock;
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const one of closers.toReversed()) await one();
  };
  try {
    const principals = await readPrincipals(config.PATHMEDIC_PRINCIPALS_FILE);
    const redis = {
      url: config.PATHMEDIC_REDIS_URL,
      ...(config.PATHMEDIC_REDIS_PASSWORD === undefined ? {} : { password: config.PATHMEDIC_REDIS_PASSWORD }),
    };
    const metrics = createCoordinatorMetrics({ service: config.PATHMEDIC_ROLE, version: options.version });
    const incidentMetrics = createIncidentMetrics(metrics.registry);
    const redisStore = await createRedisIncidentStore({
      redis,
      prefix: `{${config.PATHMEDIC_REDIS_PREFIX}}`,
      readyTimeoutMs: 30_000,
    });
    closers.push(() => redisStore.close());
    const store = countAppends(redisStore, incidentMetrics);
    const queue = createBullWakeQueue({
      ...redis,
      prefix: `{${config.PATHMEDIC_REDIS_PREFIX}}:wake`,
      onTrouble: ({ kind, incidentId, error }) => logger.warn({ err: error, kind, incidentId }, 'queue'),
    });
    closers.push(() => queue.close());
    const kubeConfig = loadKubeConfig(
      config.PATHMEDIC_KUBECONFIG === undefined ? {} : { file: config.PATHMEDIC_KUBECONFIG },
    );
    const transport = createClientNodeTransport(kubeConfig, clock);
    const api = createApiClient(transport.send, clock);
    const cluster = createKubernetesCluster(api, clock, {
      clusterName: config.PATHMEDIC_CLUSTER_NAME,
      onApiServers: transport.learn,
    });
    closers.push(() => cluster.close());
    const claims = createKubernetesClaims(api, clock, { namespace: config.PATHMEDIC_NAMESPACE });
    const common = { clock, logger, store, queue, cluster, claims, principals, metrics, incidentMetrics };
    const role =
      config.PATHMEDIC_ROLE === 'executor'
        ? await startExecutor({
            ...common,
            executorId: config.PATHMEDIC_POD_NAME,
            approvalKey: config.PATHMEDIC_APPROVAL_KEY,
          })
        : await startCoordinator({
            ...common,
            api,
            config,
            console: consoleDir(config.PATHMEDIC_CONSOLE_DIR),
          });
    closers.push(() => role.close());
    // The coordinator's watch tells it; the executor has none.
    if (config.PATHMEDIC_ROLE === 'executor') {
      const stop = new AbortController();
      const learning = learnApiServers({ api, clock, learn: transport.learn }, stop.signal);
      closers.push(() => {
        stop.abort();
        return learning;
      });
    }
    const metricsServer = await startMetricsServer({
      ...config.PATHMEDIC_LISTEN_METRICS,
      logger,
      registry: metrics.registry,
    });
    closers.push(() => metricsServer.close());
    return { close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function readPrincipals(path: string | undefined): Promise<Principals> {
  if (path === undefined) return createPrincipals([]);
  const parsed = parsePrincipalsFile(await readFile(path, 'utf8'));
  if (parsed.ok) return createPrincipals(parsed.principals);
  throw new Error(`${path} (PATHMEDIC_PRINCIPALS_FILE):\n  ${parsed.problems.join('\n  ')}`);
}

/** The built console lies beside the bundle; from the sources it is in dist. */
function consoleDir(configured: string | undefined): string | null {
  const candidates =
    configured === undefined
      ? [join(import.meta.dirname, 'console'), join(import.meta.dirname, '../dist/console')]
      : [configured];
  return candidates.find((dir) => existsSync(join(dir, 'index.html'))) ?? null;
}
