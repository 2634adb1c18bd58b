import { managedWritesOf } from '../actions/field-managers.ts';
import type { Incident, WrittenStep } from '../domain/incident.ts';
import { formatRef, type ObjectRef } from '../domain/object-ref.ts';
import type { RawObject } from '../domain/raw-object.ts';
import { formatDuration } from '../domain/duration.ts';
import { isPlanManager } from './field-manager.ts';

/** An object that a plan wrote is left alone by every other plan for so long. */
export const rewriteAfterMs = 10 * 60_000;

/** A write by a plan of pathmedic that is too recent for another. */
export interface RecentWrite {
  atMs: number;
  /** Who has undone it since, if that is known. */
  undoneBy: string | null;
}

/**
 * The latest write of another plan to this object in the last ten minutes, by the object's own managedFields: they are
 * known also after the loss of Redis. A pod has none that matter: it is replaced, not changed. A clock that is ahead makes
 * a write look recent, never old. Pure.
 */
export function recentPlanWrite(
  object: RawObject,
  target: Pick<ObjectRef, 'kind'>,
  ownManager: string | null,
  nowMs: number,
): RecentWrite | null {
  if (target.kind === 'Pod') return null;
  const times = managedWritesOf(object).flatMap(({ manager, atMs }) =>
    isPlanManager(manager) && manager !== ownManager && atMs !== null ? [atMs] : [],
  );
  const atMs = Math.max(...times);
  return isRecent(atMs, nowMs) ? { atMs, undoneBy: null } : null;
}

/**
 * The same by the incident's own story: a patch that only removed fields, or whose fields somebody else has written
 * since, leaves no trace on the object. Pure.
 */
export function recentStoryWrite(
  incident: Pick<Incident, 'written' | 'proposals'>,
  target: ObjectRef,
  nowMs: number,
): RecentWrite | null {
  if (target.kind === 'Pod') return null;
  const last = incident.written.findLast(
    (written) => isRecent(lastTouchedMs(written), nowMs) && writesTo(incident, written, target),
  );
  return last === undefined ? null : { atMs: last.atMs, undoneBy: last.reverted?.by ?? null };
}

/** Why nothing is proposed, or written, now. */
export function recentWriteSentence(target: ObjectRef, write: RecentWrite, nowMs: number): string {
  const agoMs = Math.max(0, nowMs - write.atMs);
  const changed = `${formatRef(target)} was changed by pathmedic ${formatDuration(agoMs)} ago`;
  return write.undoneBy === null
    ? `${changed} and is broken again: a second change would not help.`
    : `${changed}, and ${write.undoneBy} has changed it since: make the change at its source instead.`;
}

function lastTouchedMs({ atMs, reverted }: WrittenStep): number {
  return Math.max(atMs, reverted?.atMs ?? 0);
}

function writesTo(incident: Pick<Incident, 'proposals'>, written: WrittenStep, target: ObjectRef): boolean {
  const plan = incident.proposals.find(({ proposal }) => proposal.id === written.proposalId);
  const step = plan?.proposal.steps[written.step];
  return step !== undefined && formatRef(step.mutation.target) === formatRef(target);
}

function isRecent(atMs: number, nowMs: number): boolean {
  return nowMs - atMs < rewriteAfterMs;
}
