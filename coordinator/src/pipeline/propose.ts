import type { ActionRequest, PlannedAction } from '../domain/action.ts';
import { proposalSeal } from '../domain/approval.ts';
import type { CauseId } from '../domain/cause.ts';
import type { EventBody } from '../domain/incident-event.ts';
import type { Incident } from '../domain/incident.ts';
import { formatRef } from '../domain/object-ref.ts';
import type { Proposal, SourceChange } from '../domain/proposal.ts';
import type { RawObject } from '../domain/raw-object.ts';
import { planHash, type HashedPlan } from '../actions/plan-hash.ts';
import { planSteps } from '../actions/catalogue.ts';
import { changeAtSource } from '../actions/change-at-source.ts';
import type { ClusterFacts, Situation } from '../facts/cluster-facts.ts';
import type { Cluster } from '../ports/cluster.ts';
import { remedyFor } from '../runbooks/diagnose.ts';
import { askHelp } from './help.ts';
import { recentPlanWrite, recentStoryWrite, recentWriteSentence } from './recent-write.ts';
import type { PipelineSettings } from './settings.ts';

export interface ProposeDeps {
  cluster: Pick<Cluster, 'read'>;
  settings: PipelineSettings;
  newId: () => string;
  /** Seals the plan; not in the store. */
  approvalKey: string;
}

/**
 * Turns the first cause into a plan, an escalation or a call for help. A plan is worked out against the objects as the
 * API server returns them now, as a draft; in remediate mode the executor, which alone has the rights, dry-runs it before the card.
 */
export async function propose(
  deps: ProposeDeps,
  incident: Incident,
  situation: Situation,
  nowMs: number,
): Promise<EventBody> {
  const cause = incident.diagnosis?.causes[0];
  if (cause === undefined || cause.id === 'other') {
    return askHelp(incident, 'None of the known causes fits what can be seen.');
  }
  if (cause.confidence === 'low') {
    return askHelp(incident, `The likeliest cause is a guess only: ${cause.summary}`);
  }
  const remedy = remedyFor(situation, cause);
  if (remedy === null)
    return askHelp(incident, `There is no safe remedy in the catalogue for this: ${cause.summary}`);
  if (remedy.type === 'escalate') return { type: 'escalated', escalation: remedy.escalation };
  const { title, why, actions } = remedy;
  const wanted = { cause: cause.id, title, why, actions };
  const drafted = await draftPlan(deps, wanted, { incident, facts: situation.facts, nowMs });
  if (!drafted.ok && drafted.at === 'source') {
    const { changes, options, owned } = drafted;
    return {
      type: 'escalated',
      escalation: { cause: cause.id, title, why: `${why} ${owned}`.slice(0, 800), options, changes },
    };
  }
  if (!drafted.ok) {
    const words =
      drafted.at === 'plan' ? `The remedy "${title}" cannot be proposed: ${drafted.why}` : drafted.why;
    return askHelp(incident, words);
  }
  return { type: 'drafted', proposal: drafted.proposal };
}

/** What a plan is to do; `title` null: what its first step does. */
export interface WantedPlan {
  cause: CauseId;
  title: string | null;
  why: string;
  actions: readonly ActionRequest[];
}

export interface PlanGround {
  incident: Incident;
  facts: ClusterFacts;
  nowMs: number;
}

/** Why there is no plan: an object; the catalogue refuses it (`plan`); the change belongs somewhere else (`source`). */
export type Drafted =
  | { ok: true; proposal: Proposal }
  | { ok: false; at: 'object' | 'plan'; why: string }
  | { ok: false; at: 'source'; why: string; changes: SourceChange[]; owned: string; options: string[] };

/** Works a plan out against the objects as the API server returns them now, and seals it. */
export async function draftPlan(
  deps: ProposeDeps,
  wanted: WantedPlan,
  { incident, facts, nowMs }: PlanGround,
): Promise<Drafted> {
  const id = deps.newId();
  const planned = await planActions(deps, wanted.actions, { incident, facts, nowMs, planId: id });
  if (!planned.ok) return planned;
  const plan: HashedPlan = {
    id,
    cause: wanted.cause,
    mode: deps.settings.mode,
    title: wanted.title ?? planned.steps[0]?.title ?? 'Change',
    why: wanted.why,
    steps: planned.steps,
    dryRun: deps.settings.mode === 'remediate' ? 'server-passed' : 'local-validated',
    verification: verificationWords(incident),
    approvalsNeeded: deps.settings.approvalsNeeded,
  };
  const hash = planHash(plan);
  const proposal: Proposal = {
    ...plan,
    planHash: hash,
    // From here on nobody who can write to the store can put other words, or another plan, before the approvers.
    seal: proposalSeal(deps.approvalKey, { incident, proposal: { id, planHash: hash } }),
    expiresAtMs: nowMs + deps.settings.approvalTtlMs,
  };
  return { ok: true, proposal };
}

type Planned = { ok: true; steps: PlannedAction[] } | Extract<Drafted, { ok: false }>;

async function planActions(
  deps: ProposeDeps,
  actions: readonly ActionRequest[],
  { incident, facts, planId, nowMs }: PlanGround & { planId: string },
): Promise<Planned> {
  const objects: RawObject[] = [];
  const stuck = (why: string) => ({ ok: false, at: 'object', why }) as const;
  for (const action of actions) {
    const read = await deps.cluster.read(action.target);
    if (!read.ok) {
      const why =
        read.reason === 'not-found' ? 'it does not exist any more' : `it could not be read (${read.detail})`;
      return stuck(`A plan needs ${formatRef(action.target)}, but ${why}.`);
    }
    const recent =
      recentStoryWrite(incident, action.target, nowMs) ??
      recentPlanWrite(read.object, action.target, null, nowMs);
    if (recent !== null) return stuck(recentWriteSentence(action.target, recent, nowMs));
    objects.push(read.object);
  }
  const result = planSteps(actions, objects, facts, planId);
  if (!result.ok) {
    const source =
      result.reason === 'managed-elsewhere' ? changeAtSource(actions, objects, facts, planId) : null;
    return source === null
      ? { ok: false, at: 'plan', why: result.detail }
      : { ok: false, at: 'source', why: result.detail, ...source };
  }
  return { ok: true, steps: result.steps };
}

function verificationWords(incident: Incident): string {
  const nodes = [...new Set(incident.symptoms.flatMap((s) => s.affected.nodes))];
  const namespaces = [...new Set(incident.symptoms.flatMap((s) => s.affected.namespaces))];
  const failing = new Set(incident.symptoms.flatMap((s) => s.pathIds)).size;
  const around = [
    ...(failing > 0 ? [`the ${failing} failing paths`] : []),
    ...(nodes.length > 0 && nodes.length <= 3 ? [`every path of ${nodes.join(', ')}`] : []),
    ...(namespaces.length > 0 && namespaces.length <= 3
      ? [`name resolution in ${namespaces.join(', ')}`]
      : []),
    'the affected workloads',
  ];
  return `Fresh probes over ${around.join(', ')}; twice, 30 s apart.`;
}
