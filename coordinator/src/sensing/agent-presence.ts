import type { NetworkSnapshot, PathState } from '../domain/network.ts';
import type { AgentPod } from './agent-pods.ts';
import type { AgentStatus } from './ingest.ts';
import type { NetworkPlan } from './plan.ts';
import type { SensingSettings } from './settings.ts';

export interface PresenceInput {
  plan: NetworkPlan;
  statuses: ReadonlyMap<string, AgentStatus>;
  states: readonly PathState[];
  ownNode: string | null;
  sinceStartMs: number;
  nowMs: number;
  settings: SensingSettings;
}

export interface Presence {
  agents: NetworkSnapshot['agents'];
  /** Nodes all of whose agents are overdue with their reports. */
  silentNodes: ReadonlySet<string>;
  /** Enough agents have reported since the start to say what works and what does not. */
  complete: boolean;
  /** Why the coordinator suspects itself rather than the cluster; null when it does not. */
  doubt: string | null;
}

/** A report is overdue well before its paths become unknown. */
const overdueWindows = 1.5;

/** Who reports, who is silent, and whether that says something about the cluster or about the coordinator. */
export function agentPresence(input: PresenceInput): Presence {
  const { plan, statuses, nowMs, settings } = input;
  const overdue = plan.agents.filter(({ podUid }) => {
    const last = statuses.get(podUid)?.lastReportMs;
    return last !== undefined
      ? nowMs - last > settings.windowMs * overdueWindows
      : input.sinceStartMs > settings.completeGraceMs;
  });
  const reported = plan.agents.filter(({ podUid }) => statuses.has(podUid));
  const total = plan.agents.length;
  const waited = input.sinceStartMs >= settings.completeGraceMs;
  return {
    agents: plan.agents.map((agent) => ({
      node: agent.node,
      mode: agent.mode,
      namespace: agent.namespace,
      lastReportMs: statuses.get(agent.podUid)?.lastReportMs ?? null,
      impaired: statuses.get(agent.podUid)?.impaired ?? null,
    })),
    silentNodes: nodesOnlyIn(overdue, plan.agents),
    complete: total > 0 && (reported.length === total || (waited && reported.length * 2 >= total)),
    doubt: doubtOf(overdue, input),
  };
}

function nodesOnlyIn(some: readonly AgentPod[], all: readonly AgentPod[]): Set<string> {
  const nodes = new Set(some.map(({ node }) => node));
  const others = new Set(some.map(({ podUid }) => podUid));
  for (const { node, podUid } of all) if (!others.has(podUid)) nodes.delete(node);
  return nodes;
}

/** Most agents silent at once, and the agent beside the coordinator in trouble: the fault is here, not there. */
function doubtOf(silent: readonly AgentPod[], { plan, states, ownNode }: PresenceInput): string | null {
  const total = plan.agents.length;
  if (silent.length * 2 <= total) return null;
  const share = `${silent.length} of ${total} agents are silent`;
  const own = plan.agents.filter(({ node }) => node === ownNode);
  if (ownNode === null || own.length === 0) return share;
  if (own.some((agent) => silent.includes(agent)))
    return `${share}, among them the one on ${ownNode}, beside me`;
  const ownStates = states.filter(({ path, state }) => path.from.node === ownNode && state !== 'unknown');
  const failing = ownStates.filter(({ state }) => state === 'failing');
  return failing.length * 2 > ownStates.length
    ? `${share}, and the agent on ${ownNode}, beside me, loses ${failing.length} of ${ownStates.length} paths`
    : null;
}
