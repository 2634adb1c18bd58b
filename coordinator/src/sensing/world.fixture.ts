import type { AgentPlan } from '@pathmedic/shared/contract/plan.ts';
import type { OutcomeKind, SizeLoss } from '@pathmedic/shared/contract/outcome.ts';
import type { PathWindow } from '@pathmedic/shared/contract/report.ts';
import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import { silentLogger } from '@pathmedic/shared/runtime/logger.ts';
import type { Path } from '../domain/path.ts';
import type { ClusterFacts } from '../facts/cluster-facts.ts';
import type { AgentPod } from './agent-pods.ts';
import { startMs } from './cluster.fixture.ts';
import { createDetectLoop } from './detect-loop.ts';
import { seededRandom } from './locate.fixture.ts';
import { createMemoryStore } from './memory-store.fixture.ts';
import { buildPlan } from './plan.ts';
import { createSensing } from './sensing.ts';
import type { PlanConfig, SensingSettings } from './settings.ts';
import { defaultPlanConfig, defaultSettings } from './settings.ts';

/** How a probe sent over that path at that time ends. */
export type Network = (path: Path, atMs: number) => OutcomeKind;

/** What every probe that loses large packets finds out. */
const lossOfSize: SizeLoss = { direction: 'both', mtuBytes: 1450, passesBytes: 1350 };

interface SimulatedAgent {
  agent: AgentPod;
  plan: AgentPlan | null;
  seq: number;
  windowStartMs: number;
  nextReportMs: number;
  /** Probes in flight: when their result is known. */
  flying: { pathId: string; atMs: number; outcome: OutcomeKind }[];
}

/**
 * A cluster in virtual time: agents that probe by their plans, report at times of their own and learn of new plans by
 * the answer, a network that decides about each probe, sensing, detection, and a store.
 */
export function createWorld(
  initial: ClusterFacts,
  over: {
    settings?: Partial<SensingSettings>;
    plan?: Partial<PlanConfig>;
    ownNode?: string | null;
    seed?: number;
  } = {},
) {
  const random = seededRandom(over.seed ?? 1);
  let nowMs = startMs;
  let cluster = initial;
  let network: Network = () => 'ok';
  let mute: (agent: AgentPod) => boolean = () => false;
  let impaired: (agent: AgentPod) => string | null = () => null;
  const clock: Clock = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs - startMs,
    after: () => ({ cancel: () => {} }),
  };
  const settings = { ...defaultSettings, ...over.settings };
  const planConfig = {
    ...defaultPlanConfig,
    windowMs: settings.windowMs,
    keys: [{ id: 'k1', secret: 'x'.repeat(32) }],
    ...over.plan,
  };
  const facts = (): ClusterFacts => ({ ...cluster, atMs: nowMs });
  const sensing = createSensing({
    clock,
    facts,
    planConfig,
    settings,
    ownNode: over.ownNode ?? null,
    logger: silentLogger(),
  });
  const memory = createMemoryStore(clock.nowMs);
  let ids = 0;
  const loop = createDetectLoop({
    clock,
    store: memory.store,
    sensing,
    settings,
    leading: () => true,
    announce: (_events, length) => [{ kind: 'root', n: length + 1 }],
    newIncidentId: () => `inc-${++ids}`,
    logger: silentLogger(),
  });
  const agents = new Map<string, SimulatedAgent>();
  let paths = new Map<string, Path>();

  function syncAgents(): void {
    const plan = buildPlan(facts(), planConfig);
    for (const [id, { path }] of plan.paths) paths.set(id, path);
    const running = new Set(plan.agents.map(({ podUid }) => podUid));
    for (const uid of agents.keys()) if (!running.has(uid)) agents.delete(uid);
    for (const agent of plan.agents) {
      if (agents.has(agent.podUid)) continue;
      const nextReportMs = nowMs + 100 + Math.floor(random() * settings.windowMs);
      agents.set(agent.podUid, { agent, plan: null, seq: 0, windowStartMs: nowMs, nextReportMs, flying: [] });
    }
  }

  function outcomeOf(path: Path, address: string): OutcomeKind {
    if (path.to.type === 'agent') {
      const alive = cluster.pods.some(
        (pod) => pod.ips.includes(address) && pod.meta.deletingSinceMs === null && pod.phase === 'Running',
      );
      if (!alive) return 'timeout';
    }
    return network(path, nowMs);
  }

  function send(simulated: SimulatedAgent): void {
    for (const [at, probe] of (simulated.plan?.probes ?? []).entries()) {
      const phase = (at * 137 + simulated.agent.address.length * 53) % probe.intervalMs;
      if (Math.floor((nowMs - phase) / 100) % Math.round(probe.intervalMs / 100) !== 0) continue;
      const path = paths.get(probe.pathId);
      if (path === undefined) continue;
      const outcome = outcomeOf(path, probe.address);
      const slow = outcome === 'timeout' ? probe.timeoutMs : 1;
      simulated.flying.push({ pathId: probe.pathId, atMs: nowMs + slow, outcome });
    }
  }

  function windowsOf(simulated: SimulatedAgent): PathWindow[] {
    const done = simulated.flying.filter(({ atMs }) => atMs <= nowMs);
    simulated.flying = simulated.flying.filter(({ atMs }) => atMs > nowMs);
    return [...Map.groupBy(done, ({ pathId }) => pathId)].map(([pathId, results]) => {
      const failures: PathWindow['failures'] = {};
      for (const { outcome } of results) {
        if (outcome !== 'ok') failures[outcome] = (failures[outcome] ?? 0) + 1;
      }
      const ok = results.filter(({ outcome }) => outcome === 'ok').length;
      const sizeLoss = failures['large-lost'] === undefined ? {} : { sizeLoss: lossOfSize };
      return { pathId, sent: results.length, ok, failures, samples: [], ...sizeLoss };
    });
  }

  function report(simulated: SimulatedAgent): void {
    const { agent } = simulated;
    const trouble = impaired(agent);
    const windows = windowsOf(simulated);
    const { node, mode, namespace, podUid, podName } = agent;
    if (!mute(agent)) {
      sensing.receive({
        schema: 1,
        agent: { node, mode, namespace, podUid, podName, bootId: `boot-${podUid}` },
        seq: simulated.seq,
        planVersion: simulated.plan?.version ?? '',
        windowStartedAtMs: simulated.windowStartMs,
        windowMs: nowMs - simulated.windowStartMs,
        ...(trouble === null ? {} : { impaired: trouble }),
        paths: windows,
        checks: (simulated.plan?.checks ?? []).flatMap(({ nonce, count, probes }) =>
          probes.flatMap((probe) => {
            const path = paths.get(probe.pathId);
            const outcome = path === undefined ? 'timeout' : outcomeOf(path, probe.address);
            const ok = outcome === 'ok' ? count : 0;
            const failures = ok > 0 ? {} : { [outcome]: count };
            return [{ nonce, pathId: probe.pathId, sent: count, ok, failures, samples: [] }];
          }),
        ),
        droppedWindows: 0,
      });
      simulated.plan = sensing.planFor(agent) ?? simulated.plan;
    }
    simulated.seq += 1;
    simulated.windowStartMs = nowMs;
    simulated.nextReportMs = nowMs + settings.windowMs;
  }

  /** Runs the world for that long, detection each second. */
  async function run(ms: number, eachSecond: () => void = () => {}): Promise<void> {
    const untilMs = nowMs + ms;
    while (nowMs < untilMs) {
      nowMs += 100;
      if (nowMs % 5000 === 0) syncAgents();
      for (const simulated of agents.values()) {
        send(simulated);
        if (nowMs >= simulated.nextReportMs) report(simulated);
      }
      if (nowMs % 1000 === 0) {
        await loop.tick();
        eachSecond();
      }
    }
  }

  return {
    run,
    sensing,
    memory,
    clock,
    nowMs: () => nowMs,
    cluster: () => cluster,
    setCluster(next: ClusterFacts) {
      cluster = next;
      syncAgents();
    },
    setNetwork(next: Network) {
      network = next;
    },
    setMute(next: (agent: AgentPod) => boolean) {
      mute = next;
    },
    setImpaired(next: (agent: AgentPod) => string | null) {
      impaired = next;
    },
    /** Milliseconds until an incident is open, at most `limitMs`; null when none opened. */
    async untilOpen(limitMs: number): Promise<number | null> {
      const fromMs = nowMs;
      while (nowMs - fromMs < limitMs) {
        await run(1000);
        if (memory.incidents().length > 0) return nowMs - fromMs;
      }
      return null;
    },
  };
}
