import { z } from 'zod';
import type { Json } from '../domain/action.ts';

const Requirement = z.looseObject({ key: z.string() });
const Term = z.looseObject({
  matchExpressions: z.array(Requirement).optional(),
  matchFields: z.array(z.unknown()).optional(),
});
const Required = z.strictObject({ nodeSelectorTerms: z.array(Term).min(1) });

export type AffinityEdit = { ok: true; required: Json } | { ok: false; why: string };

/**
 * Required node affinity without the requirements on these keys; null when nothing is left of it.
 * A term that loses its last requirement would select every node: then nothing of the affinity may be left beside it,
 * for removing all of it would widen more than was asked.
 */
export function withoutAffinityKeys(required: Json, keys: readonly string[]): AffinityEdit {
  const parsed = Required.safeParse(required);
  if (!parsed.success) return { ok: false, why: 'the required node affinity is of a form not known here' };
  const terms = parsed.data.nodeSelectorTerms.map((term) => ({
    ...term,
    matchExpressions: (term.matchExpressions ?? []).filter(({ key }) => !keys.includes(key)),
  }));
  const isEmpty = (term: (typeof terms)[number]) =>
    term.matchExpressions.length === 0 && (term.matchFields ?? []).length === 0;
  if (terms.every(isEmpty)) return { ok: true, required: null };
  if (terms.some(isEmpty)) {
    return {
      ok: false,
      why: 'without those requirements the affinity would select every node, whatever its other terms say',
    };
  }
  return { ok: true, required: JSON.parse(JSON.stringify({ nodeSelectorTerms: terms })) };
}
