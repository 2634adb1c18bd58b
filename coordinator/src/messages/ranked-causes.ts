import type { Diagnosis, RankedCause } from '../domain/cause.ts';

/** The causes worth telling, likeliest first: that no known cause fits is only news when nothing else does. */
export function causesToTell(diagnosis: Pick<Diagnosis, 'causes'> | null): RankedCause[] {
  return (diagnosis?.causes ?? []).filter((cause, rank) => rank === 0 || cause.id !== 'other');
}
