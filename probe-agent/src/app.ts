import { randomBytes } from 'node:crypto';
import type { AgentIdentity } from '@pathmedic/shared/contract/identity.ts';
import type { ProbeOutcome } from '@pathmedic/shared/contract/outcome.ts';
import type { AgentPlan, ProbeKey, ProbeSpec } from '@pathmedic/shared/contract/plan.ts';
import { systemClock } from '@pathmedic/shared/runtime/clock.ts';
import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import { startLagSampler } from '@pathmedic/shared/runtime/lag.ts';
import type { Logger } from '@pathmedic/shared/runtime/logger.ts';
import type { AgentConfig } from './config.ts';
import { createAddressMemory } from './coordinator-client/address-memory.ts';
import { createCoordinatorClient } from './coordinator-client/client.ts';
import { systemFiles } from './host/host-files.ts';
import { createHostLoop } from './host/host-loop.ts';
import { createInterfaceMtus, largestDatagramBytes } from './host/interface-mtu.ts';
import { kubeProxyHealth, readKubeProxy } from './host/kube-proxy-health.ts';
import { readHost } from './host/read-host.ts';
import { applyLimits } from './plan/limits.ts';
import { createPlanCache } from './plan/plan-cache.ts';
import { createPlanner } from './plan/planner.ts';
import { createLadderMemory } from './probes/ladder-memory.ts';
import { probe } from './probes/prober.ts';
import { createThrottlingReader } from './report/cpu-throttling.ts';
import { createReporter } from './report/reporter.ts';
import { createSpool } from './report/spool.ts';
import { createWindowBuilder } from './report/window-builder.ts';
import { createWindowLoop } from './report/window-loop.ts';
import { createResponder } from './responder/responder.ts';
import type { ResponderPorts } from './responder/responder.ts';
import { checkKeys } from './schedule/check-rounds.ts';
import { createScheduler } from './schedule/scheduler.ts';
import { createAgentMetrics } from './telemetry/agent-metrics.ts';
import { createMetricsServer } from './telemetry/metrics-server.ts';

export interface AgentDeps {
  logger: Logger;
  version: string;
  clock?: Clock;
  /** In [0, 1). */
  random?: () => number;
}

/** Where a started agent listens. */
export interface AgentAddresses {
  /** Null when it listens on every address. */
  address: string | null;
  responder: ResponderPorts;
  metricsPort: number;
}

export interface Agent {
  /** Resolves once the responder listens; probing starts with the first plan. */
  start(): Promise<AgentAddresses>;
  /** Ends probes, reports and listeners; nothing is left behind. */
  stop(): Promise<void>;
  addresses(): AgentAddresses | null;
  identity: AgentIdentity;
}

const requestTimeoutMs = 5_000;
/** Enough for the whole rate to be waiting for the longest timeout. */
const maxInFlight = 256;

/** Wires one agent. Several can live in one process, on addresses of their own. */
export function createAgent(config: AgentConfig, deps: AgentDeps): Agent {
  const clock = deps.clock ?? systemClock;
  const random = deps.random ?? Math.random;
  const identity: AgentIdentity = { ...config.identity, bootId: randomBytes(8).toString('hex') };
  const logger = deps.logger.child({ node: identity.node, mode: identity.mode });
  const spool = createSpool(config.spoolWindows);
  const windows = createWindowBuilder();
  const mtuBytesOf = createInterfaceMtus(clock);
  const ladders = createLadderMemory();
  let plan: AgentPlan | null = null;
  let keys: readonly ProbeKey[] = [];
  let addresses: AgentAddresses | null = null;

  const metrics = createAgentMetrics({
    identity,
    version: deps.version,
    spoolSize: () => spool.size(),
    droppedWindows: () => spool.dropped(),
    probesInFlight: () => scheduler.inFlight(),
  });

  const client = createCoordinatorClient({
    clock,
    random,
    logger,
    sources: { configured: config.coordinator.urls, serviceEnv: config.coordinator.serviceEnvUrl },
    memory: createAddressMemory(config.addressCachePath),
    tokenFile: config.coordinator.tokenFile,
    caFile: config.coordinator.caFile,
    tlsServerName: config.coordinator.tlsServerName,
    sourceAddress: config.bindAddress,
    timeoutMs: requestTimeoutMs,
  });

  const responder = createResponder({
    identity: { node: identity.node, mode: identity.mode, podUid: identity.podUid },
    keys: () => keys,
    address: config.bindAddress,
    ports: config.responderPorts,
    onRefused: metrics.refused,
    maxDatagramBytes: () => largestDatagramBytes(config.bindAddress, mtuBytesOf),
  });

  const metricsServer = createMetricsServer({
    address: config.bindAddress,
    port: config.metricsPort,
    registry: metrics.registry,
    ready: () => responder.listening(),
  });

  async function runProbe(spec: ProbeSpec): Promise<ProbeOutcome> {
    const [key] = keys;
    if (key === undefined) return { kind: 'local-error', phase: 'local', rttSeconds: 0, detail: 'no key' };
    return probe(spec, { clock, key, sourceAddress: config.bindAddress, mtuBytesOf, ladders });
  }

  const scheduler = createScheduler({
    clock,
    random,
    probe: runProbe,
    maxInFlight,
    maxCheckProbesPerSecond: config.limits.maxProbesPerSecond,
    onOutcome(spec, cause, outcome) {
      metrics.probed(spec, outcome);
      windowLoop.observe(outcome);
      if (cause.kind === 'slot') windows.addSlot(spec.pathId, outcome);
      else windows.addCheck(cause.nonce, spec.pathId, outcome);
    },
    onSkipped(_spec, _cause, reason, count) {
      metrics.skipped(reason, count);
      windowLoop.observeSkipped(reason, count);
    },
    onCheckPathDone: (nonce, spec) => windows.checkPathDone(nonce, spec.pathId),
  });

  const reporter = createReporter({
    clock,
    random,
    logger,
    client,
    spool,
    onResult: metrics.reportSent,
    onPlanVersion: (version) => planner.wants(version),
  });

  const windowLoop = createWindowLoop({
    clock,
    random,
    identity,
    windows,
    lag: startLagSampler,
    throttledMs: createThrottlingReader(),
    host: () => hostLoop?.take() ?? null,
    planVersion: () => plan?.version ?? '',
    onWindow(report, lag) {
      metrics.lagged(lag.maxMs);
      metrics.windowClosed(report.impaired !== undefined);
      spool.push(report);
      reporter.kick();
    },
  });

  const hostLoop = config.hostFacts
    ? createHostLoop({
        clock,
        read: async () => readHost(systemFiles, await readKubeProxy(kubeProxyHealth)),
      })
    : null;

  const planner = createPlanner({
    clock,
    random,
    logger,
    client,
    cache: createPlanCache(config.planCachePath),
    identity,
    onPlan: run,
    onResult: metrics.planFetched,
  });

  function run(next: AgentPlan): void {
    plan = next;
    keys = next.keys;
    const work = applyLimits(next, config.limits);
    for (const drop of work.dropped) metrics.limited(drop.reason, 1);
    if (work.dropped.length > 0) {
      logger.warn(
        { dropped: work.dropped.length, first: work.dropped.slice(0, 5) },
        'the plan exceeds the local limits; the rest of it runs',
      );
    }
    metrics.planRuns(next.version, work.probes.length);
    windowLoop.setWindowMs(next.windowMs);
    windows.retainChecks(checkKeys(work.checks));
    scheduler.apply(work);
    logger.info(
      { version: next.version, paths: work.probes.length, checks: work.checks.length },
      'plan runs',
    );
  }

  return {
    identity,
    async start() {
      const ports = await responder.start();
      try {
        addresses = {
          address: config.bindAddress,
          responder: ports,
          metricsPort: await metricsServer.start(),
        };
      } catch (error) {
        await responder.stop();
        throw error;
      }
      windowLoop.start();
      hostLoop?.start();
      planner.start();
      logger.info({ addresses, bootId: identity.bootId }, 'agent runs');
      return addresses;
    },
    async stop() {
      windowLoop.stop();
      hostLoop?.stop();
      client.close();
      await Promise.all([planner.stop(), reporter.stop(), scheduler.stop()]);
      await Promise.all([responder.stop(), metricsServer.stop()]);
    },
    addresses: () => addresses,
  };
}
