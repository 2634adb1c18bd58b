import { managedWritesOf, ownsField } from '../actions/field-managers.ts';
import { stillAsWritten, writtenFields } from '../actions/still-as-written.ts';
import type { JsonPatchOperation, PlannedAction } from '../domain/action.ts';
import type { Incident } from '../domain/incident.ts';
import type { EventOf } from '../domain/incident-event.ts';
import type { RawObject } from '../domain/raw-object.ts';
import type { Cluster } from '../ports/cluster.ts';
import { fieldManagerOf, isPlanManager } from './field-manager.ts';

/** What a plan wrote is looked at for so long, to see whether it stays. */
export const watchForMs = 10 * 60_000;
const lookEveryMs = 20_000;
/** managedFields tell whole seconds, by another clock than the store's. */
const clockMarginMs = 5000;

interface Watched {
  proposalId: string;
  step: number;
  action: PlannedAction;
  fields: JsonPatchOperation[];
  writtenAtMs: number;
}

/** The applied steps that are still watched. Pure. */
export function watchedSteps(incident: Pick<Incident, 'written' | 'proposals'>, nowMs: number): Watched[] {
  return incident.written.flatMap(({ proposalId, step, atMs, reverted }) => {
    if (reverted !== null || nowMs - atMs >= watchForMs) return [];
    const plan = incident.proposals.find(({ proposal }) => proposal.id === proposalId);
    const action = plan?.proposal.steps[step];
    const fields = action === undefined ? null : writtenFields(action);
    return action === undefined || fields === null
      ? []
      : [{ proposalId, step, action, fields, writtenAtMs: atMs }];
  });
}

/** When the incident has to be looked at again for its watch, also when it is closed; null when nothing is watched. */
export function nextLookMs(incident: Pick<Incident, 'written' | 'proposals'>, nowMs: number): number | null {
  return watchedSteps(incident, nowMs).length === 0 ? null : nowMs + lookEveryMs;
}

/**
 * Reads what is watched and says what somebody else has changed since; null while everything stands, and where it cannot
 * be read. An object that was deleted is somebody's decision about more than our change, and not told here. Nothing is
 * ever written again because of this.
 */
export async function lookForRevert(
  cluster: Pick<Cluster, 'read'>,
  incident: Pick<Incident, 'written' | 'proposals'>,
  nowMs: number,
): Promise<EventOf<'reverted'> | null> {
  for (const watched of watchedSteps(incident, nowMs)) {
    // By name: an object that was deleted and made anew without the change has undone it too.
    const { kind, namespace, name } = watched.action.mutation.target;
    const read = await cluster.read({ kind, namespace, name });
    const change = read.ok ? changedSince(watched, read.object) : null;
    if (change !== null) {
      const { proposalId, step } = watched;
      return { type: 'reverted', proposalId, step, by: change.by, atMs: change.atMs ?? nowMs };
    }
  }
  return null;
}

/** Who changed the fields of a step since it wrote them; null when they stand, or when another plan of pathmedic did. */
function changedSince(
  { proposalId, fields, writtenAtMs }: Watched,
  object: RawObject,
): { by: string | null; atMs: number | null } | null {
  if (stillAsWritten(fields, object)) return null;
  const own = fieldManagerOf(proposalId);
  const sinceMs = writtenAtMs - clockMarginMs;
  const [latest] = managedWritesOf(object)
    .filter(({ manager, subresource }) => manager !== own && subresource !== 'status')
    .filter(({ atMs }) => atMs !== null && atMs >= sinceMs)
    .filter((write) => fields.some(({ path }) => ownsField(write.fieldsV1, path)))
    .toSorted((a, b) => (b.atMs ?? 0) - (a.atMs ?? 0));
  // Taking a field away leaves no trace of who did.
  if (latest === undefined) return { by: null, atMs: null };
  return isPlanManager(latest.manager)
    ? null
    : { by: latest.manager.slice(0, 128) || null, atMs: latest.atMs };
}
