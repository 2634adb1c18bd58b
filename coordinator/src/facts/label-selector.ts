import { z } from 'zod';

/** A Kubernetes LabelSelector. An empty one selects everything. */
export const LabelSelector = z.object({
  matchLabels: z.record(z.string(), z.string()).optional(),
  matchExpressions: z
    .array(z.object({ key: z.string(), operator: z.string(), values: z.array(z.string()).nullish() }))
    .nullish(),
});
export type LabelSelector = z.infer<typeof LabelSelector>;

export type Labels = Readonly<Record<string, string>>;

function has(labels: Labels, key: string): boolean {
  return Object.hasOwn(labels, key);
}

/**
 * One requirement of a selector on labels. Null for an operator that is not known here: neither matched nor unmatched.
 * Source: apimachinery/pkg/labels, Requirement.Matches (NotIn also holds where the key is absent).
 */
export function matchesRequirement(
  labels: Labels,
  requirement: { key: string; operator: string; values?: readonly string[] | null | undefined },
): boolean | null {
  const values = requirement.values ?? [];
  const value = has(labels, requirement.key) ? labels[requirement.key] : undefined;
  switch (requirement.operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
    case 'Lt':
      return comparesAsInteger(value, requirement.operator, values[0]);
    default:
      return null;
  }
}

function comparesAsInteger(
  value: string | undefined,
  operator: 'Gt' | 'Lt',
  bound: string | undefined,
): boolean {
  const integer = /^[+-]?\d{1,18}$/;
  if (value === undefined || bound === undefined || !integer.test(value) || !integer.test(bound))
    return false;
  return operator === 'Gt' ? BigInt(value) > BigInt(bound) : BigInt(value) < BigInt(bound);
}

/** Whether every pair of `wanted` is among `labels`: matchLabels, Service selectors, nodeSelectors. */
export function matchesLabels(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => has(labels, key) && labels[key] === value);
}

/** Whether a selector selects these labels; null when it holds an operator that is not known here. */
export function selects(selector: LabelSelector, labels: Labels): boolean | null {
  if (!matchesLabels(labels, selector.matchLabels ?? {})) return false;
  let known = true;
  for (const requirement of selector.matchExpressions ?? []) {
    const result = matchesRequirement(labels, requirement);
    if (result === false) return false;
    if (result === null) known = false;
  }
  return known ? true : null;
}
