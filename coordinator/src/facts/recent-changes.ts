import { formatDuration } from '../domain/duration.ts';
import type { Meta } from './records.ts';

/** One write to an object's spec, data or metadata, as managedFields record it. */
export interface Change {
  manager: string;
  atMs: number;
}

/** Managers that write as a matter of course: their writes say nothing about a change by somebody. */
const ROUTINE = ['kube-controller-manager', 'kubelet', 'kube-scheduler', 'kube-apiserver'];

function touches(fields: readonly string[], field: string): boolean {
  return fields.some((path) =>
    path.split(/[./]/).some((part) => part.replace(/^f:/, '').replace(/\[.*$/, '') === field),
  );
}

/**
 * The latest write that holds `field` (a path segment such as `nodeSelector`); null when managedFields do not show
 * one after the object was created. Removing a field leaves no trace there.
 */
export function lastChangeOf(meta: Meta, field: string): Change | null {
  const writes = meta.writes.filter(({ fields }) => touches(fields, field));
  const latest = writes.toSorted((a, b) => b.atMs - a.atMs)[0];
  // A write in the second of the creation is the creation.
  if (latest === undefined || latest.atMs - meta.createdMs < 1000) return null;
  return { manager: latest.manager, atMs: latest.atMs };
}

/** The latest write by anybody but the control plane; null when there is none after the creation. */
export function lastChange(meta: Meta): Change | null {
  const latest = meta.writes
    .filter(({ manager }) => !ROUTINE.includes(manager))
    .toSorted((a, b) => b.atMs - a.atMs)[0];
  if (latest === undefined || latest.atMs - meta.createdMs < 1000) return null;
  return { manager: latest.manager, atMs: latest.atMs };
}

/**
 * `changed 31 s before by kubectl-edit`, told relative to the first loss (`3 s after`, `in the same second`); empty when it
 * does not fit in a day before.
 */
export function changedBefore(change: Change | null, sinceMs: number): string {
  if (change === null) return '';
  const leadMs = sinceMs - change.atMs;
  // Clocks and probing intervals differ: a change seconds after the first loss is still worth saying.
  if (leadMs < -60_000 || leadMs > 24 * 3_600_000) return '';
  return `changed ${relativeWords(leadMs)} by ${change.manager}`;
}

/** The API server keeps times in whole seconds. */
function relativeWords(leadMs: number): string {
  if (Math.abs(leadMs) < 1000) return 'in the same second';
  return leadMs > 0 ? `${formatDuration(leadMs)} before` : `${formatDuration(-leadMs)} after`;
}
