import type { ClusterFacts } from '../../../facts/cluster-facts.ts';
import type { CollectionStatus } from './watched-collection.ts';

/** What of the facts cannot be relied on, and why, in words. */
export function unknownOf(input: {
  collections: readonly CollectionStatus[];
  /** Namespaces known to exist. */
  namespaces: readonly string[];
  nowMs: number;
  staleAfterMs: number;
}): ClusterFacts['unknown'] {
  return input.collections.flatMap((collection) => {
    const why = whyUnknown(collection, input);
    return why === null ? [] : [{ what: collection.kind, why }];
  });
}

function whyUnknown(
  { namespace, state, detail, listed, lastContactMs }: CollectionStatus,
  { namespaces, nowMs, staleAfterMs }: { namespaces: readonly string[]; nowMs: number; staleAfterMs: number },
): string | null {
  const where = namespace === null ? '' : ` in ${namespace}`;
  if (state === 'denied') {
    // Rights for a namespace that is not there are not missed.
    const needless = namespace !== null && namespaces.length > 0 && !namespaces.includes(namespace);
    return needless ? null : `not allowed to read them${where}: ${detail}`;
  }
  if (!listed) return detail === '' ? `not read yet${where}` : `could not be read${where}: ${detail}`;
  const ageMs = lastContactMs === null ? Number.POSITIVE_INFINITY : nowMs - lastContactMs;
  if (ageMs <= staleAfterMs) return null;
  return `last heard of ${Math.round(ageMs / 1000)} s ago${where}${detail === '' ? '' : `: ${detail}`}`;
}
