import { z } from 'zod';
import type { Meta } from '../facts/records.ts';

const Applied = z.object({
  data: z.record(z.string(), z.string()).optional(),
  spec: z.object({ replicas: z.number().int().optional() }).loose().optional(),
});

/** What `kubectl apply` was last given for this object; null when that was never done, or the record does not hold it. */
export function lastApplied(meta: Meta): z.infer<typeof Applied> | null {
  const text = meta.annotations['kubectl.kubernetes.io/last-applied-configuration'];
  if (text === undefined || text.length > 262_144) return null;
  try {
    const parsed = Applied.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
