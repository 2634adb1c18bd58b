import type { Incident } from '../domain/incident.ts';
import type { PassResult } from '../domain/incident-event.ts';
import type { NetworkSnapshot } from '../domain/network.ts';
import { formatRef, type ObjectRef } from '../domain/object-ref.ts';
import type { ClusterFacts } from '../facts/cluster-facts.ts';
import type { CheckOutcome } from '../ports/network-view.ts';
import { neededEvidence, unmetNeeds } from '../sensing/needed-evidence.ts';
import { standingFault } from '../sensing/standing-fault.ts';

const maxProblems = 10;
/** Stray losses that a pass over a fault of total loss may have: of one path, and of all probes together. */
const strayLossPerPath = 1;
const strayLossShare = 0.01;

/**
 * Judges a pass: every asked path answers, no symptom of the incident is there any more, and the objects
 * that were affected are healthy by the API too. No data is not healthy. Pure.
 */
export function judgePass(
  incident: Incident,
  outcome: CheckOutcome | null,
  network: NetworkSnapshot,
  facts: ClusterFacts,
): PassResult {
  const paths = outcome?.paths ?? [];
  // A path whose target went away during the pass (a pod was replaced) is not asked about any more; silence of a source is.
  const present = new Set(network.paths.map((p) => p.path.id));
  const missing = (outcome?.missing ?? []).filter((id) => present.has(id));
  const probes = paths.reduce((sum, p) => sum + p.sent, 0);
  const lost = paths.reduce((sum, p) => sum + (p.sent - p.ok), 0);
  const noise = totalLoss(incident) && lost <= probes * strayLossShare;
  const problems = [
    ...(outcome === null ? ['The check was never run: no agent took it.'] : []),
    ...(outcome !== null && probes === 0 ? ['No probe of the check came back: nothing is known.'] : []),
    ...paths
      .filter((p) => p.ok === 0 || p.sent - p.ok > (noise ? strayLossPerPath : 0))
      .map((p) => `${readablePath(p.pathId)}: ${p.sent - p.ok} of ${p.sent} probes lost`),
    ...missing.map((id) => `${readablePath(id)}: no result`),
    ...unseenEnds(incident, outcome, network),
    ...remainingSymptoms(incident, network),
    ...standingFaults(incident, network, facts),
    ...unhealthyObjects(incident, facts),
    ...unsettledRollOuts(incident, facts),
  ];
  return {
    ok: problems.length === 0,
    paths: paths.length,
    probes,
    lost,
    missing: missing.length,
    problems: problems.map((p) => p.slice(0, 300)).slice(0, maxProblems),
  };
}

/**
 * Ends of the failed paths of which nothing is seen: their agents are gone, and their paths with them. Seen is what
 * answered in the pass, or is healthy now (a pass of a large cluster cannot ask every path).
 */
function unseenEnds(incident: Incident, outcome: CheckOutcome | null, network: NetworkSnapshot): string[] {
  const answered = (outcome?.paths ?? []).filter((p) => p.ok > 0).map((p) => p.pathId);
  const healthy = network.paths.filter((p) => p.state === 'healthy').map((p) => p.path.id);
  const { needs } = neededEvidence(incident.symptoms, network.judged);
  return unmetNeeds(needs, [...answered, ...healthy]).map(
    ({ what }) => `${what}: no data, nothing tests them`,
  );
}

/**
 * A network that lost everything and now loses one probe in hundreds is fixed: every network loses a stray probe now and
 * then. A fault that lost only a share of the probes gets no such allowance, for there a single loss may be the fault.
 */
function totalLoss(incident: Incident): boolean {
  return incident.symptoms.every((s) => s.lossRate === null || s.lossRate >= 0.5);
}

function readablePath(id: string): string {
  const [kind = '', protocol = '', from = '', to = ''] = id.split('|');
  return `${kind} (${protocol}) ${from} to ${to}`;
}

function remainingSymptoms(incident: Incident, network: NetworkSnapshot): string[] {
  const own = new Set(incident.symptoms.map((s) => s.key));
  return network.symptoms.filter((s) => own.has(s.key)).map((s) => `still there: ${s.headline}`);
}

/** Faults that are told only while they are news, by the objects as they are now. */
function standingFaults(incident: Incident, network: NetworkSnapshot, facts: ClusterFacts): string[] {
  const told = new Set(network.symptoms.map(({ key }) => key));
  return incident.symptoms.flatMap((s) => (told.has(s.key) ? [] : (standingFault(s, facts) ?? [])));
}

/** Roll-outs of the plan that were not done in time, and are not done now. */
function unsettledRollOuts(incident: Incident, facts: ClusterFacts): string[] {
  const { execution } = incident;
  const plan = incident.proposals.find((p) => p.proposal.id === execution?.proposalId)?.proposal;
  return (execution?.steps ?? []).flatMap((step, i) => {
    const settle = plan?.steps[i]?.settle;
    if (step.settled !== false || settle === undefined || settle.type === 'none') return [];
    const target = settle.type === 'rollout' ? settle.target : settle.owner;
    const { done, wanted } = rollOutOf(target, facts);
    if (wanted !== null && done >= wanted) return [];
    return [`${formatRef(target)} is not rolled out: ${done} of ${wanted ?? '?'} pods`];
  });
}

/** Pods that are new and ready, and how many there should be; null where the workload is not known. */
function rollOutOf(target: ObjectRef, facts: ClusterFacts): { done: number; wanted: number | null } {
  const is = (o: { meta: { namespace: string; name: string } }): boolean =>
    o.meta.namespace === target.namespace && o.meta.name === target.name;
  const daemonSet = target.kind === 'DaemonSet' ? facts.daemonSets.find(is) : undefined;
  if (daemonSet !== undefined)
    return { done: Math.min(daemonSet.updated, daemonSet.ready), wanted: daemonSet.desired };
  const deployment = target.kind === 'Deployment' ? facts.deployments.find(is) : undefined;
  if (deployment === undefined) return { done: 0, wanted: null };
  return { done: Math.min(deployment.updated, deployment.available), wanted: deployment.replicas };
}

/** Workloads that the symptoms named, as the API server sees them now. */
function unhealthyObjects(incident: Incident, facts: ClusterFacts): string[] {
  const named = incident.symptoms.flatMap((s) => s.affected.objects);
  const has = (kind: string, meta: { namespace: string; name: string }): boolean =>
    named.some((o) => o.kind === kind && o.namespace === meta.namespace && o.name === meta.name);
  const daemonSets = facts.daemonSets
    .filter((d) => has('DaemonSet', d.meta) && d.ready < d.desired)
    .map((d) => `DaemonSet ${d.meta.namespace}/${d.meta.name}: ${d.ready} of ${d.desired} pods ready`);
  const deployments = facts.deployments
    .filter((d) => has('Deployment', d.meta) && d.ready < d.replicas)
    .map((d) => `Deployment ${d.meta.namespace}/${d.meta.name}: ${d.ready} of ${d.replicas} pods ready`);
  const pods = facts.pods
    .filter(
      (p) => has('Pod', p.meta) && p.meta.deletingSinceMs === null && p.phase !== 'Succeeded' && !p.ready,
    )
    .map((p) => `Pod ${p.meta.namespace}/${p.meta.name} is not ready`);
  const nodes = facts.nodes
    .filter((n) => has('Node', n.meta) && n.conditions.some((c) => c.type === 'Ready' && c.status !== 'True'))
    .map((n) => `Node ${n.meta.name} is not ready`);
  return [...daemonSets, ...deployments, ...pods, ...nodes];
}
