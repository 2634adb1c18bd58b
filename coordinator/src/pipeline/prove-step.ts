import type { Settle } from '../domain/action.ts';
import type { Incident } from '../domain/incident.ts';
import type { EventOf } from '../domain/incident-event.ts';
import type { NetworkSnapshot, PathState } from '../domain/network.ts';
import type { ClusterFacts } from '../facts/cluster-facts.ts';
import { clusterDns } from '../facts/coredns-objects.ts';
import { isActive } from '../facts/pod-lookups.ts';

/** By then every pod has the new file and has looked at it: kubelets write it within about 90 s, `reload` looks every 30 s. */
const reloadedWithinMs = 120_000;

type DnsAnswers = Extract<Settle, { type: 'dns-answers' }>;

/** The applied step of the plan under execution that waits for the agents' word; null when none does. */
export function stepToProve(
  incident: Pick<Incident, 'execution' | 'proposals'>,
): { step: number; settle: DnsAnswers; sinceMs: number } | null {
  const { execution } = incident;
  if (execution === null || execution.status.at === 'ended') return null;
  const step = execution.steps.findIndex((s) => s.outcome?.result === 'applied' && s.settled === null);
  const state = execution.steps[step];
  const plan = incident.proposals.find(({ proposal }) => proposal.id === execution.proposalId)?.proposal;
  const settle = plan?.steps[step]?.settle;
  if (state === undefined || state.proof !== null || settle?.type !== 'dns-answers') return null;
  return { step, settle, sinceMs: state.endedAtMs ?? execution.requestedAtMs };
}

/** What the agents' probes show of that step by now: an event, or null while they do not show enough. Pure. */
export function proveStep(
  incident: Pick<Incident, 'execution' | 'proposals'>,
  facts: ClusterFacts,
  network: NetworkSnapshot,
): EventOf<'step-proved'> | null {
  const waiting = stepToProve(incident);
  const proposalId = incident.execution?.proposalId;
  if (waiting === null || proposalId === undefined) return null;
  const { settle, sinceMs, step } = waiting;
  const known = new Set(settle.known);
  const candidates = clusterDns(facts).pods.filter(
    (pod) => isActive(pod) && pod.ready && !known.has(pod.meta.uid),
  );
  const proofs = candidates.flatMap((pod) => {
    // Pods that stay answered from their old file, too: only what changed since says something before they read the new one.
    const stays = settle.known.length === 0 && network.atMs < sinceMs + reloadedWithinMs;
    const counted = answersOf(network, `${pod.meta.namespace}/${pod.meta.name}`, sinceMs, stays);
    if (!counted.answers) return [];
    const who =
      counted.nodes === counted.asking
        ? `all ${counted.asking} nodes`
        : `${counted.nodes} of ${counted.asking} nodes so far`;
    return [`${pod.meta.name} answers ${who}`];
  });
  if (proofs.length < settle.answering) return null;
  return { type: 'step-proved', proposalId, step, detail: proofs.join('; ').slice(0, 400) };
}

interface Answers {
  answers: boolean;
  /** Nodes whose agent gets answers over every transport it tried. */
  nodes: number;
  asking: number;
}

/**
 * Does one pod answer those that ask it by its own address, by what they reported since? One node alone may be cut off, or
 * be the pod's own: where more ask, two have to be answered, and most of them.
 */
function answersOf(network: NetworkSnapshot, pod: string, sinceMs: number, changedOnly: boolean): Answers {
  const paths = network.paths.filter(
    ({ path, state, lastReportMs }) =>
      path.to.type === 'dns-pod' &&
      path.to.pod === pod &&
      !path.to.upstream &&
      state !== 'unknown' &&
      (lastReportMs ?? 0) > sinceMs,
  );
  const all = new Set(network.paths.filter((p) => asks(p, pod)).map(({ path }) => path.from.node));
  const byNode = Map.groupBy(paths, ({ path }) => path.from.node);
  const nodes = [...byNode.values()].filter((own) =>
    own.every((path) => path.state === 'healthy' && !(changedOnly && path.sinceMs <= sinceMs)),
  ).length;
  const enough = nodes >= Math.min(2, all.size) && nodes * 2 > byNode.size;
  return { answers: nodes > 0 && enough, nodes, asking: all.size };
}

function asks({ path }: PathState, pod: string): boolean {
  return path.to.type === 'dns-pod' && path.to.pod === pod && path.from.mode !== 'canary';
}
