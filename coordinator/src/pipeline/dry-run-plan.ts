import { resourceVersionOf } from '../domain/raw-object.ts';
import { formatRef } from '../domain/object-ref.ts';
import type { Proposal } from '../domain/proposal.ts';
import type { Incident } from '../domain/incident.ts';
import type { ObjectRef } from '../domain/object-ref.ts';
import type { Cluster, ReadResult } from '../ports/cluster.ts';
import type { ExecutorDeps } from './executor-deps.ts';
import { wakeBestEffort } from './wake-best-effort.ts';
import { fieldManagerOf } from './field-manager.ts';

/** Sends every step to the API server as a dry run. Null when all are accepted, otherwise what was refused and why. */
export async function dryRunPlan(
  cluster: Pick<Cluster, 'read' | 'mutate'>,
  proposal: Proposal,
): Promise<string | null> {
  for (const step of proposal.steps) {
    const { target } = step.mutation;
    const read = await readTwice(cluster, target);
    if (!read.ok) {
      const why =
        read.reason === 'not-found' ? 'does not exist any more' : `could not be read: ${read.detail}`;
      return `${formatRef(target)} ${why}`.slice(0, 400);
    }
    const result = await cluster.mutate(step.mutation, {
      fieldManager: fieldManagerOf(proposal.id),
      dryRun: true,
      resourceVersion: resourceVersionOf(read.object),
    });
    if (!result.ok) return `${step.title}: ${result.detail}`.slice(0, 400);
  }
  return null;
}

/** After a read without an answer the next one may take another way to the API server. */
async function readTwice(cluster: Pick<Cluster, 'read'>, target: ObjectRef): Promise<ReadResult> {
  const first = await cluster.read(target);
  return !first.ok && first.reason === 'unavailable' ? cluster.read(target) : first;
}

/** Tries the draft out on the server; changes nothing. A second executor doing the same is harmless. */
export async function dryRunDraft(deps: ExecutorDeps, incident: Incident): Promise<void> {
  const { draft } = incident;
  if (draft === null || draft.dryRun !== null) return;
  const detail = await dryRunPlan(deps.cluster, draft.proposal);
  const nowMs = await deps.store.nowMs();
  const event = {
    v: 1 as const,
    actor: { type: 'pathmedic' as const, role: 'executor' as const },
    body: {
      type: 'dry-run-ended' as const,
      proposalId: draft.proposal.id,
      ok: detail === null,
      detail: detail ?? 'The API server accepts every step.',
    },
  };
  await deps.store.append({
    incidentId: incident.id,
    expectedLength: incident.length,
    events: [event],
    outbox: [],
    due: [
      { role: 'executor', atMs: null },
      { role: 'coordinator', atMs: nowMs },
    ],
  });
  await wakeBestEffort(deps.queue, incident.id, ['incident']);
}
