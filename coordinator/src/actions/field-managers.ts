import { z } from 'zod';
import type { RawObject } from '../domain/raw-object.ts';

const ManagedFields = z.object({
  metadata: z.object({ managedFields: z.array(z.object({ manager: z.string().default('') })).nullish() }),
});

/** Names of the field managers that an object records. */
export function managersOf(object: RawObject): string[] {
  const parsed = ManagedFields.safeParse(object);
  return parsed.success ? (parsed.data.metadata.managedFields ?? []).map(({ manager }) => manager) : [];
}
