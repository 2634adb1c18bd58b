import { z } from 'zod';
import type { RawObject } from '../domain/raw-object.ts';

const Entry = z.object({
  manager: z.string().default(''),
  subresource: z.string().default(''),
  time: z.string().default(''),
  fieldsV1: z.unknown().optional(),
});
const Fields = z.record(z.string(), z.unknown());
const ManagedFields = z.object({ metadata: z.object({ managedFields: z.array(Entry).nullish() }) });

/** One row of an object's managedFields: who owns which fields, and when that manager last changed any of them. */
export interface ManagedWrite {
  manager: string;
  /** `status`, `scale`, or empty for the object itself. */
  subresource: string;
  /** By the API server's clock, to the second; null where it is not recorded. */
  atMs: number | null;
  fieldsV1: unknown;
}

/** The writes that an object records, as far as their fields still stand. */
export function managedWritesOf(object: RawObject): ManagedWrite[] {
  const parsed = ManagedFields.safeParse(object);
  const entries = parsed.success ? (parsed.data.metadata.managedFields ?? []) : [];
  return entries.map(({ manager, subresource, time, fieldsV1 }) => {
    const atMs = Date.parse(time);
    return { manager, subresource, atMs: Number.isNaN(atMs) ? null : atMs, fieldsV1 };
  });
}

/** Names of the field managers that an object records. */
export function managersOf(object: RawObject): string[] {
  return managedWritesOf(object).map(({ manager }) => manager);
}

/**
 * Whether fieldsV1 holds the field behind a JSON pointer, or a part of it, or (an atomic map or list) what it lies in.
 * Items of lists are not told apart.
 */
export function ownsField(fieldsV1: unknown, path: string): boolean {
  let at: unknown = fieldsV1;
  for (const part of path.split('/').slice(1)) {
    const set = Fields.safeParse(at);
    if (!set.success) return false;
    const keys = Object.keys(set.data);
    // A leaf: the whole value was written at once. Keys of list items are not JSON pointers.
    if (keys.length === 0 || keys.some((key) => key.startsWith('k:') || key.startsWith('v:'))) return true;
    const key = `f:${part.replaceAll('~1', '/').replaceAll('~0', '~')}`;
    if (!Object.hasOwn(set.data, key)) return false;
    at = set.data[key];
  }
  return true;
}
