import { resourceVersionOf } from '../domain/raw-object.ts';
import { formatRef } from '../domain/object-ref.ts';
import type { Proposal } from '../domain/proposal.ts';
import type { Cluster } from '../ports/cluster.ts';
import { fieldManagerOf } from './field-manager.ts';

/** Sends every step to the API server as a dry run. Null when all are accepted, otherwise what was refused and why. */
export async function dryRunPlan(
  cluster: Pick<Cluster, 'read' | 'mutate'>,
  proposal: Proposal,
): Promise<string | null> {
  for (const step of proposal.steps) {
    const { target } = step.mutation;
    const read = await cluster.read(target);
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
