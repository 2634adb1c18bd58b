import { badRequest } from './api-error.ts';

export type Labels = { readonly [key: string]: string };

export interface LabelRequirement {
  key: string;
  operator: 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt';
  values: readonly string[];
}

/** Whether labels satisfy every requirement. `notin` also holds for a missing key, as upstream. */
export function matchesRequirements(labels: Labels, requirements: readonly LabelRequirement[]): boolean {
  return requirements.every((requirement) => {
    const value = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined;
    switch (requirement.operator) {
      case 'in':
        return value !== undefined && requirement.values.includes(value);
      case 'notin':
        return value === undefined || !requirement.values.includes(value);
      case 'exists':
        return value !== undefined;
      case '!':
        return value === undefined;
      case 'gt':
        return value !== undefined && Number(value) > Number(requirement.values[0]);
      case 'lt':
        return value !== undefined && Number(value) < Number(requirement.values[0]);
    }
  });
}

function splitTopLevel(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index];
    if (char === '(') depth += 1;
    if (char === ')') depth -= 1;
    if (char === ',' && depth === 0) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

const KEY = '[A-Za-z0-9](?:[-A-Za-z0-9_./]*[A-Za-z0-9])?';
const EXISTS = new RegExp(`^(!?)\\s*(${KEY})$`);
const EQUALITY = new RegExp(`^(${KEY})\\s*(==|=|!=|>|<)\\s*(\\S*)$`);
const SET = new RegExp(`^(${KEY})\\s+(in|notin)\\s*\\(([^()]*)\\)$`);

const SIGNS: Readonly<Record<string, LabelRequirement['operator']>> = {
  '=': 'in',
  '==': 'in',
  '!=': 'notin',
  '>': 'gt',
  '<': 'lt',
};

function parseSet(part: string): LabelRequirement | undefined {
  const [, key, word, list] = SET.exec(part) ?? [];
  if (key === undefined || list === undefined) return undefined;
  const values = list.split(',').map((value) => value.trim());
  return { key, operator: word === 'in' ? 'in' : 'notin', values };
}

function parseEquality(part: string): LabelRequirement | undefined {
  const [, key, sign = '=', value] = EQUALITY.exec(part) ?? [];
  if (key === undefined || value === undefined) return undefined;
  return { key, operator: SIGNS[sign] ?? 'in', values: [value] };
}

function parseOne(part: string): LabelRequirement {
  const [, bang, name] = EXISTS.exec(part) ?? [];
  if (name !== undefined) return { key: name, operator: bang === '!' ? '!' : 'exists', values: [] };
  const parsed = parseSet(part) ?? parseEquality(part);
  if (parsed !== undefined) return parsed;
  const found = /^\S+\s+(\S+)/.exec(part)?.[1] ?? part;
  throw badRequest(`unable to parse requirement: found '${found}', expected: in, notin, =, ==, !=, gt, lt`);
}

/** Parses the `labelSelector` query parameter; an empty text selects everything. */
export function parseLabelSelector(text: string): LabelRequirement[] {
  if (text.trim() === '') return [];
  return splitTopLevel(text).map((part) => parseOne(part.trim()));
}

/** `metav1.LabelSelector` as objects carry it. */
export interface LabelSelector {
  matchLabels?: Labels;
  matchExpressions?: readonly { key: string; operator: string; values?: readonly string[] }[];
}

function requirementOf(expression: {
  key: string;
  operator: string;
  values?: readonly string[];
}): LabelRequirement {
  const operators: Record<string, LabelRequirement['operator']> = {
    In: 'in',
    NotIn: 'notin',
    Exists: 'exists',
    DoesNotExist: '!',
    Gt: 'gt',
    Lt: 'lt',
  };
  return {
    key: expression.key,
    operator: operators[expression.operator] ?? 'in',
    values: expression.values ?? [],
  };
}

/** Requirements of a LabelSelector; an empty selector matches everything (a missing one is the caller's business). */
export function requirementsOf(selector: LabelSelector): LabelRequirement[] {
  const equal = Object.entries(selector.matchLabels ?? {}).map(([key, value]): LabelRequirement => ({
    key,
    operator: 'in',
    values: [value],
  }));
  return [...equal, ...(selector.matchExpressions ?? []).map(requirementOf)];
}

/** Whether labels match a LabelSelector of an object. */
export function selects(selector: LabelSelector, labels: Labels | undefined): boolean {
  return matchesRequirements(labels ?? {}, requirementsOf(selector));
}

/** `app=x,tier in (a,b)`: the text form that `status.selector` of a Scale carries. */
export function formatSelector(selector: LabelSelector): string {
  return requirementsOf(selector)
    .map((requirement) => {
      if (requirement.operator === 'exists') return requirement.key;
      if (requirement.operator === '!') return `!${requirement.key}`;
      if (requirement.operator === 'in' && requirement.values.length === 1)
        return `${requirement.key}=${requirement.values[0]}`;
      return `${requirement.key} ${requirement.operator} (${requirement.values.join(',')})`;
    })
    .toSorted()
    .join(',');
}
