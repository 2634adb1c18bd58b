/** Counts what arrived from each source and flow, for at most `capacity` of them. */
export interface SourceCounters {
  /** Counts one more; returns the new count. The least recently seen entry makes room for a new one. */
  count(sourceAddress: string, flow: number): number;
  size(): number;
}

export function createSourceCounters(capacity: number): SourceCounters {
  // A Map iterates in order of insertion: deleting before setting keeps it in order of last use.
  const counts = new Map<string, number>();
  return {
    count(sourceAddress, flow) {
      const key = `${sourceAddress}|${flow}`;
      const next = ((counts.get(key) ?? 0) + 1) >>> 0;
      counts.delete(key);
      counts.set(key, next);
      if (counts.size > capacity) {
        const oldest = counts.keys().next();
        if (!oldest.done) counts.delete(oldest.value);
      }
      return next;
    },
    size: () => counts.size,
  };
}
