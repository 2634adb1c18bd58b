import type { AgentPlan } from '@pathmedic/shared/contract/plan.ts';
import type { Report } from '@pathmedic/shared/contract/report.ts';
import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import type { Logger } from '@pathmedic/shared/runtime/logger.ts';
import type { NetworkSnapshot } from '../domain/network.ts';
import type { ClusterFacts } from '../facts/cluster-facts.ts';
import type { HostFacts } from '../facts/host-facts.ts';
import type { NetworkView } from '../ports/network-view.ts';
import { renderAgentPlan } from './agent-plan.ts';
import { agentPresence } from './agent-presence.ts';
import { attribute } from './attribution.ts';
import { createChecks } from './checks.ts';
import type { DetectInput } from './detect.ts';
import type { PathVerdict } from './health.ts';
import { losesNow } from './health.ts';
import type { Ingested } from './ingest.ts';
import { createIngest } from './ingest.ts';
import { judgePaths, pathStates } from './path-states.ts';
import type { NetworkPlan } from './plan.ts';
import { buildPlan } from './plan.ts';
import type { PlanConfig, SensingSettings } from './settings.ts';
import { standingFault } from './standing-fault.ts';
import { activeSymptoms, trackSymptoms } from './symptom-tracker.ts';
import type { TrackedSymptoms } from './symptom-tracker.ts';
import { observeSymptoms } from './symptoms.ts';
import { rememberServices, type ServiceHistory } from './symptoms/service-history.ts';

export interface SensingOptions {
  clock: Clock;
  /** What is known of the cluster right now; cheap. */
  facts: () => ClusterFacts;
  planConfig: PlanConfig;
  settings: SensingSettings;
  /** Node that this coordinator runs on; null when it is not known. */
  ownNode: string | null;
  logger: Logger;
}

/** Everything the sensing leader keeps in memory, behind one face. */
export interface Sensing {
  view: NetworkView;
  /** Takes a report whose agent has been authenticated and bound to its node and pod. */
  receive(report: Report): Ingested;
  /** The plan this agent should run now; null for a pod that is not one of the agents of the plan. */
  planFor(agent: { podUid: string }): AgentPlan | null;
  /** What detection decides on. */
  detectView(): Omit<DetectInput, 'open'>;
  /** What the nodes' kernels say, as their agents told; the same list until one tells more. */
  hosts(): readonly HostFacts[];
  clusterName(): string;
  /** Forgets all evidence: called when leadership is (re)gained, so that nothing old is taken for new. */
  reset(): void;
}

/** A snapshot is made anew at most this often, and in a large cluster takes at most this share of the time. */
const snapshotEveryMs = 250;
const snapshotShare = 0.1;
const planEveryMs = 1000;
/** A starting agent becomes a target with time, also when nothing is written. */
const planAtLeastMs = 5000;
const partialCalmWindows = 12;
/** Building the plan of a large cluster takes time; it may take this share of it. */
const planShare = 0.05;

interface Memory {
  startedMs: number;
  completed: boolean;
  checks: ReturnType<typeof createChecks>;
  ingest: ReturnType<typeof createIngest>;
  verdicts: ReadonlyMap<string, PathVerdict>;
  tracked: TrackedSymptoms;
  services: ServiceHistory;
  latest: { nextMs: number; snapshot: NetworkSnapshot; doubt: string | null } | null;
}

export function createSensing(options: SensingOptions): Sensing {
  const { clock, facts, planConfig, settings, logger } = options;
  let plan: NetworkPlan = {
    judged: { nodes: [], namespaces: null },
    agents: [],
    paths: new Map(),
    byAgent: new Map(),
    backends: new Map(),
  };
  let planNextMs = Number.NEGATIVE_INFINITY;
  let planned: { from: ClusterFacts; atMs: number } | null = null;
  let rendered = new Map<string, { checks: string; agentPlan: AgentPlan }>();
  let memory = freshMemory();

  function freshMemory(): Memory {
    const checks = createChecks();
    return {
      startedMs: clock.nowMs(),
      completed: false,
      checks,
      ingest: createIngest(settings, checks),
      verdicts: new Map(),
      tracked: new Map(),
      services: new Map(),
      latest: null,
    };
  }

  function currentPlan(): NetworkPlan {
    const startedMs = clock.monotonicMs();
    if (startedMs < planNextMs) return plan;
    const known = facts();
    // What could not be read is unknown, not gone: the last plan stays.
    const unreadable = known.unknown.some(({ what }) => what === 'nodes' || what === 'pods');
    const nowMs = clock.nowMs();
    const due = planned === null || !sameInputs(planned.from, known) || nowMs - planned.atMs >= planAtLeastMs;
    if (!unreadable && due) {
      plan = buildPlan(known, planConfig);
      planned = { from: known, atMs: nowMs };
      rendered = new Map();
      memory.ingest.prune(plan);
    }
    memory.checks.prune(nowMs);
    const tookMs = clock.monotonicMs() - startedMs;
    planNextMs = startedMs + Math.max(planEveryMs, tookMs / planShare);
    return plan;
  }

  function planFor({ podUid }: { podUid: string }): AgentPlan | null {
    const present = currentPlan();
    const agent = present.agents.find((one) => one.podUid === podUid);
    if (agent === undefined) return null;
    const specs = memory.checks.specsFor(podUid, present, clock.nowMs());
    const key = specs.map(({ nonce, probes }) => `${nonce}/${probes.length}`).join();
    const known = rendered.get(podUid);
    const agentPlan =
      known?.checks === key ? known.agentPlan : renderAgentPlan(agent, present, specs, planConfig);
    rendered.set(podUid, { checks: key, agentPlan });
    memory.ingest.issued(podUid, agentPlan.version, present);
    return agentPlan;
  }

  function evaluate(): NonNullable<Memory['latest']> {
    const nowMs = clock.nowMs();
    const startedMs = clock.monotonicMs();
    if (memory.latest !== null && startedMs < memory.latest.nextMs) return memory.latest;
    const present = currentPlan();
    const known = facts();
    const histories = memory.ingest.histories();
    memory.verdicts = judgePaths(memory.verdicts, present, histories, nowMs, settings);
    const paths = pathStates(present, memory.verdicts, histories, nowMs);
    const presence = agentPresence({
      plan: present,
      statuses: memory.ingest.agents(),
      states: paths,
      ownNode: options.ownNode,
      sinceStartMs: nowMs - memory.startedMs,
      nowMs,
      settings,
    });
    memory.completed ||= presence.complete;
    const { suspects } = attribute(paths, present, planConfig.dataplane);
    memory.services = rememberServices(memory.services, known, nowMs);
    const observed = observeSymptoms({
      nowMs,
      facts: known,
      states: paths,
      suspects,
      failing(id) {
        const verdict = memory.verdicts.get(id);
        if (verdict === undefined || verdict.foundMs === null) return null;
        return {
          foundMs: verdict.foundMs,
          losesNow: losesNow(verdict, histories.get(id)?.samples ?? []),
        };
      },
      silentNodes: presence.silentNodes,
      services: memory.services,
      settings,
    });
    memory.tracked = trackSymptoms(memory.tracked, observed, nowMs, settings.goneHoldMs);
    if (presence.doubt !== null && memory.latest?.doubt == null) {
      logger.warn(
        { doubt: presence.doubt },
        'the coordinator suspects itself: no incident is opened from probes',
      );
    }
    const snapshot: NetworkSnapshot = {
      atMs: nowMs,
      complete: memory.completed && presence.doubt === null,
      judged: present.judged,
      paths,
      suspects,
      symptoms: activeSymptoms(memory.tracked),
      agents: presence.agents,
    };
    const tookMs = clock.monotonicMs() - startedMs;
    const nextMs = startedMs + Math.max(snapshotEveryMs, tookMs / snapshotShare);
    memory.latest = { nextMs, snapshot, doubt: presence.doubt };
    return memory.latest;
  }

  function mayOpen(doubt: string | null): DetectInput['mayOpen'] {
    if (memory.completed && doubt === null) return 'all';
    const waitedMs = clock.nowMs() - memory.startedMs;
    return waitedMs >= settings.clusterAloneAfterMs ? 'cluster-state-only' : 'nothing';
  }

  return {
    view: {
      snapshot: () => evaluate().snapshot,
      requestCheck: (request) => memory.checks.request(request, clock.nowMs()),
      checkOutcome: (nonce) => memory.checks.outcome(nonce),
    },
    receive(report) {
      // Versions are made of the content: this names the paths of a plan that an earlier leader handed out, too.
      planFor(report.agent);
      const result = memory.ingest.receive(report, currentPlan(), clock.nowMs());
      if (result === 'not-planned') {
        logger.debug(
          { node: report.agent.node, podUid: report.agent.podUid },
          'report of an agent without a plan',
        );
      }
      return result;
    },
    planFor,
    detectView() {
      const { snapshot, doubt } = evaluate();
      return {
        snapshot,
        mayOpen: mayOpen(doubt),
        pending: isPending(memory.tracked, snapshot.atMs, settings),
        nodeCount: facts().nodes.length,
        partialCalmMs: settings.windowMs * partialCalmWindows,
        standing: (symptom) => standingFault(symptom, facts()),
      };
    },
    hosts: () => memory.ingest.hosts(),
    clusterName: () => facts().clusterName,
    reset() {
      memory = freshMemory();
      planned = null;
      planNextMs = Number.NEGATIVE_INFINITY;
    },
  };
}

/** The lists that the plan is made from are the very same ones. */
function sameInputs(a: ClusterFacts, b: ClusterFacts): boolean {
  return (
    a.nodes === b.nodes &&
    a.pods === b.pods &&
    a.services === b.services &&
    a.endpointSlices === b.endpointSlices
  );
}

/** A path symptom seen just now that will count within moments: what opens now may still turn out to be part of it. */
function isPending(tracked: TrackedSymptoms, nowMs: number, settings: SensingSettings): boolean {
  return [...tracked.values()].some(
    ({ active, symptom, holdMs, lastSeenMs, firstSeenMs }) =>
      !active &&
      symptom.kind === 'paths-failing' &&
      holdMs <= settings.pathsHoldMs &&
      lastSeenMs === nowMs &&
      nowMs - firstSeenMs < settings.pathsHoldMs,
  );
}
