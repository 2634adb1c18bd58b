import { z } from 'zod';
import type { Json } from '../domain/action.ts';
import { matchesRequirement } from './label-selector.ts';
import type { NodeRecord } from './records.ts';

const Requirement = z.object({
  key: z.string(),
  operator: z.string(),
  values: z.array(z.string()).nullish(),
});
const Term = z.object({
  matchExpressions: z.array(Requirement).nullish(),
  matchFields: z.array(Requirement).nullish(),
});
const NodeSelector = z.object({ nodeSelectorTerms: z.array(Term).nullish() });

/** `{nodeSelectorTerms: [...]}` or the bare list of terms; null when it is neither. */
function termsOf(required: Json): z.infer<typeof Term>[] | null {
  const parsed = z.union([NodeSelector, z.array(Term)]).safeParse(required);
  if (!parsed.success) return null;
  return Array.isArray(parsed.data) ? parsed.data : (parsed.data.nodeSelectorTerms ?? []);
}

function matchesTerm(node: NodeRecord, term: z.infer<typeof Term>): boolean | null {
  const expressions = term.matchExpressions ?? [];
  const fields = term.matchFields ?? [];
  // A term without any requirement selects no node (core/v1, NodeSelectorTerm).
  if (expressions.length === 0 && fields.length === 0) return false;
  const results = [
    ...expressions.map((requirement) => matchesRequirement(node.meta.labels, requirement)),
    ...fields.map((requirement) => matchesRequirement({ 'metadata.name': node.meta.name }, requirement)),
  ];
  if (results.includes(false)) return false;
  return results.includes(null) ? null : true;
}

/**
 * Whether a node satisfies requiredDuringSchedulingIgnoredDuringExecution: terms are ORed, requirements within a
 * term are ANDed. Null (absent) affinity is satisfied. Null result: not decidable here.
 */
export function satisfiesRequiredAffinity(required: Json, node: NodeRecord): boolean | null {
  if (required === null) return true;
  const terms = termsOf(required);
  if (terms === null) return null;
  const results = terms.map((term) => matchesTerm(node, term));
  if (results.includes(true)) return true;
  return results.includes(null) ? null : false;
}

/** A requirement that a node fails: its key, and the whole of it in words (`disk In [ssd]`). */
export interface FailedRequirement {
  key: string;
  text: string;
}

/** The requirements of all terms that this node fails, each once. */
export function failedRequirements(required: Json, node: NodeRecord): FailedRequirement[] {
  const labels = { ...node.meta.labels, 'metadata.name': node.meta.name };
  const failed = new Map<string, FailedRequirement>();
  for (const term of required === null ? [] : (termsOf(required) ?? [])) {
    for (const requirement of [...(term.matchExpressions ?? []), ...(term.matchFields ?? [])]) {
      if (matchesRequirement(labels, requirement) !== false) continue;
      const text = formatRequirement(requirement);
      failed.set(text, { key: requirement.key, text });
    }
  }
  return [...failed.values()];
}

function formatRequirement(requirement: z.infer<typeof Requirement>): string {
  const values = requirement.values ?? [];
  return `${requirement.key} ${requirement.operator}${values.length > 0 ? ` [${values.join(', ')}]` : ''}`;
}
