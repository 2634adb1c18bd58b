import type { FieldProblem } from './api-error.ts';
import { invalidValue } from './field-problem.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import { isObject } from './json-value.ts';
import type { NameRule } from './resource-table.ts';

const SUBDOMAIN = '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*';
const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const DNS_1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const LABEL_VALUE = '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?';

const SUBDOMAIN_RE = new RegExp(`^${SUBDOMAIN}$`);
const LABEL_RE = new RegExp(`^${LABEL}$`);
const DNS_1035_RE = new RegExp(`^${DNS_1035}$`);
const QUALIFIED_RE = new RegExp(`^${QUALIFIED}$`);
const LABEL_VALUE_RE = new RegExp(`^${LABEL_VALUE}$`);

const SUBDOMAIN_WHY =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with " +
  `an alphanumeric character (e.g. 'example.com', regex used for validation is '${SUBDOMAIN}')`;
const LABEL_WHY =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an " +
  `alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${LABEL}')`;
const DNS_1035_WHY =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with " +
  `an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '${DNS_1035}')`;
const QUALIFIED_WHY =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character " +
  `(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${QUALIFIED}')`;
const LABEL_VALUE_WHY =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an " +
  `alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '${LABEL_VALUE}')`;

function tooLong(limit: number): string {
  return `must be no more than ${limit} bytes`;
}

/** What is wrong with an object's name under its resource's rule; empty when nothing is. */
export function nameFaults(name: string, rule: NameRule): string[] {
  switch (rule) {
    case 'subdomain':
      return name.length > 253 ? [tooLong(253)] : SUBDOMAIN_RE.test(name) ? [] : [SUBDOMAIN_WHY];
    case 'label':
      if (name.length > 63) return [tooLong(63)];
      if (LABEL_RE.test(name)) return [];
      return SUBDOMAIN_RE.test(name) ? ['must not contain dots'] : [LABEL_WHY];
    case 'service-label':
      return name.length > 63 ? [tooLong(63)] : DNS_1035_RE.test(name) ? [] : [DNS_1035_WHY];
  }
}

/** A qualified name such as a label or annotation key: optional DNS prefix, a slash, a name of at most 63 characters. */
export function qualifiedNameFaults(key: string): string[] {
  const parts = key.split('/');
  const name = parts.at(-1) ?? '';
  if (parts.length > 2) {
    return [
      `a qualified name ${QUALIFIED_WHY.replace('name part ', '')} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const prefix = parts.length === 2 ? (parts[0] ?? '') : undefined;
  const prefixFault =
    prefix === undefined
      ? []
      : prefix === ''
        ? ['prefix part must be non-empty']
        : SUBDOMAIN_RE.test(prefix)
          ? []
          : [`prefix part ${SUBDOMAIN_WHY}`];
  if (name === '') return [...prefixFault, 'name part must be non-empty', QUALIFIED_WHY];
  if (name.length > 63) return [...prefixFault, 'name part ' + tooLong(63)];
  return QUALIFIED_RE.test(name) ? prefixFault : [...prefixFault, QUALIFIED_WHY];
}

function labelValueFaults(value: string): string[] {
  if (value.length > 63) return [tooLong(63)];
  return LABEL_VALUE_RE.test(value) ? [] : [LABEL_VALUE_WHY];
}

/** Problems of a labels map, or of a map with the same syntax such as nodeSelector. */
export function labelProblems(labels: JsonValue | undefined, field: string): FieldProblem[] {
  if (!isObject(labels)) return [];
  return Object.entries(labels).flatMap(([key, value]) => [
    ...qualifiedNameFaults(key).map((why) => invalidValue(field, key, why)),
    ...labelValueFaults(String(value)).map((why) => invalidValue(field, value, why)),
  ]);
}

export function annotationProblems(annotations: JsonValue | undefined, field: string): FieldProblem[] {
  if (!isObject(annotations)) return [];
  return Object.keys(annotations).flatMap((key) =>
    qualifiedNameFaults(key.toLowerCase()).map((why) => invalidValue(field, key, why)),
  );
}

/** Problems of a LabelSelector: syntax, operators, and values that fit the operator. */
export function selectorProblems(selector: JsonObject, field: string): FieldProblem[] {
  const problems = labelProblems(selector['matchLabels'], `${field}.matchLabels`);
  const expressions = selector['matchExpressions'];
  for (const [index, item] of (Array.isArray(expressions) ? expressions : []).entries()) {
    if (!isObject(item)) continue;
    const at = `${field}.matchExpressions[${index}]`;
    const values = Array.isArray(item['values']) ? item['values'] : [];
    const operator = String(item['operator'] ?? '');
    if (operator === 'In' || operator === 'NotIn') {
      if (values.length === 0)
        problems.push({
          field: `${at}.values`,
          type: 'FieldValueRequired',
          message: "Required value: must be specified when `operator` is 'In' or 'NotIn'",
        });
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values.length > 0)
        problems.push({
          field: `${at}.values`,
          type: 'FieldValueForbidden',
          message: "Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
        });
    } else problems.push(invalidValue(`${at}.operator`, operator, 'not a valid selector operator'));
    for (const why of qualifiedNameFaults(String(item['key'] ?? '')))
      problems.push(invalidValue(`${at}.key`, item['key'], why));
  }
  return problems;
}
