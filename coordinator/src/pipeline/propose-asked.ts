import type { ActionRequest } from '../domain/action.ts';
import { unfinishedExecution, type Incident } from '../domain/incident.ts';
import type { ObjectRef } from '../domain/object-ref.ts';
import type { Proposal } from '../domain/proposal.ts';
import type { TypedAction } from '../domain/typed-action.ts';
import type { ClusterFacts } from '../facts/cluster-facts.ts';
import { clusterDns } from '../facts/coredns-objects.ts';
import { refOf } from '../facts/object-ref-of.ts';
import type { Meta } from '../facts/records.ts';
import { podTrouble } from '../facts/pod-trouble.ts';
import { actorWithPlace } from '../messages/actor-name.ts';
import type { AnswerDeps } from './answer-deps.ts';
import { draftPlan } from './propose.ts';

/** `change`: what would have been done, as the lines of a diff, where it belongs somewhere else. */
export type AskedPlan = { ok: true; proposal: Proposal } | { ok: false; why: string; change: string[] };

/**
 * The plan of an action that a person typed: worked out by the same catalogue as pathmedic's own, and from there on the
 * same way: dry run, gate, card, approval. Refused with the catalogue's reason.
 */
export async function proposeAsked(
  deps: AnswerDeps,
  incident: Incident,
  asked: Incident['asked'][number],
  nowMs: number,
): Promise<AskedPlan> {
  if (asked.request.what !== 'action') return { ok: false, why: 'That is no action.', change: [] };
  const { action } = asked.request;
  const obstacle = obstacleTo(incident);
  if (obstacle !== null) return { ok: false, why: obstacle, change: [] };
  const facts = deps.cluster.facts();
  const request = requestOf(action, facts);
  if (!request.ok) return { ...request, change: [] };
  const top = incident.diagnosis?.causes[0];
  const named = top === undefined || top.id === 'other' ? null : top;
  const why = `${actorWithPlace(asked.by)} asks for this.${named === null ? '' : ` Likely cause (${named.confidence}): ${named.summary}`}`;
  const wanted = {
    cause: named?.id ?? 'other',
    title: null,
    why: why.slice(0, 600),
    actions: [request.request],
  };
  const drafted = await draftPlan(deps, wanted, { incident, facts, nowMs });
  if (drafted.ok) return drafted;
  const changes = drafted.at === 'source' ? drafted.changes : [];
  return {
    ok: false,
    why: `Not proposed: ${drafted.why}`,
    change: changes.flatMap(({ title, diff }) => [`# ${title}`, ...diff.split('\n')]),
  };
}

/** Why nothing new can be proposed now, or null. */
function obstacleTo(incident: Incident): string | null {
  if (incident.takenOverBy !== null)
    return 'This incident is taken over by a person, and pathmedic proposes nothing: write "hand back" first.';
  // A draft takes the executor's due time, and nothing would wake it for the plan that it left.
  if (incident.phase !== 'executing' && unfinishedExecution(incident) !== null)
    return 'A plan that was begun earlier has not ended; nothing else is proposed before it has.';
  switch (incident.phase) {
    case 'closed':
      return 'This incident is closed; there is nothing to change.';
    case 'drafted':
    case 'awaiting-approval':
    case 'approved':
      return 'Another plan is on its way or up for approval: reject that one first.';
    case 'executing':
    case 'verifying':
      return 'A change or its checks are running; what they find is told here.';
    case 'recovering':
      return 'The symptoms are gone; nothing needs to be changed.';
    case 'new':
    case 'triaged':
    case 'diagnosed':
    case 'needs-help':
    case 'escalated':
      return incident.symptomsGone ? 'The symptoms are gone; nothing needs to be changed.' : null;
  }
}

type Resolved = { ok: true; request: ActionRequest } | { ok: false; why: string };

function requestOf(action: TypedAction, facts: ClusterFacts): Resolved {
  const { type, params } = action;
  const target = targetOf(action, facts);
  if (!target.ok) return target;
  const completed = type === 'delete-pod' ? deletionParams(target.ref, facts) : params;
  return { ok: true, request: { type, target: target.ref, params: completed } };
}

/** A pod that is ready is deleted because a person wants it; that of CoreDNS has to be seen to work again. */
function deletionParams(target: ObjectRef, facts: ClusterFacts): ActionRequest['params'] {
  const is = ({ meta }: { meta: Meta }): boolean => meta.uid === target.uid;
  const pod = facts.pods.find(is);
  const evidence = pod !== undefined && podTrouble(pod) !== null ? 'status' : 'person';
  return clusterDns(facts).pods.some(is) ? { evidence, answering: 1 } : { evidence };
}

type Target = { ok: true; ref: ObjectRef } | { ok: false; why: string };

function targetOf({ type, target }: TypedAction, facts: ClusterFacts): Target {
  const { kind, objects } = candidatesOf(type, facts);
  const matches = objects.filter(
    ({ meta }) =>
      target === null ||
      (meta.name === target.name && (target.namespace === null || meta.namespace === target.namespace)),
  );
  const [first, ...more] = matches;
  if (first !== undefined && more.length === 0) return { ok: true, ref: refOf(kind, first.meta) };
  if (first !== undefined)
    return {
      ok: false,
      why: `${matches.length} objects of kind ${kind} have that name: name the namespace too.`,
    };
  const name =
    target === null ? 'of the cluster DNS' : [target.namespace, target.name].filter(Boolean).join('/');
  return { ok: false, why: `No ${kind} ${name} is known.` };
}

function candidatesOf(
  type: TypedAction['type'],
  facts: ClusterFacts,
): { kind: ObjectRef['kind']; objects: readonly { meta: Meta }[] } {
  switch (type) {
    case 'delete-pod':
      return { kind: 'Pod', objects: facts.pods };
    case 'restart-daemonset':
    case 'patch-daemonset-node-selector':
    case 'patch-daemonset-tolerations':
      return { kind: 'DaemonSet', objects: facts.daemonSets };
    case 'restart-deployment':
      return { kind: 'Deployment', objects: facts.deployments };
    case 'scale-coredns': {
      const { deployment } = clusterDns(facts);
      return { kind: 'Deployment', objects: deployment === null ? [] : [deployment] };
    }
    case 'patch-corefile':
      return { kind: 'ConfigMap', objects: facts.configMaps };
    case 'patch-network-policy':
      return { kind: 'NetworkPolicy', objects: facts.networkPolicies };
  }
}
