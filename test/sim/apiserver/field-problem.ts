import type { FieldProblem } from './api-error.ts';
import type { JsonValue } from './json-value.ts';

export function required(field: string, why = ''): FieldProblem {
  return {
    field,
    type: 'FieldValueRequired',
    message: why === '' ? 'Required value' : `Required value: ${why}`,
  };
}

export function invalidValue(field: string, value: JsonValue | undefined, why: string): FieldProblem {
  return {
    field,
    type: 'FieldValueInvalid',
    message: `Invalid value: ${JSON.stringify(value ?? null)}: ${why}`,
  };
}

export function unsupported(field: string, value: string, supported: readonly string[]): FieldProblem {
  const names = supported.map((name) => JSON.stringify(name)).join(', ');
  return {
    field,
    type: 'FieldValueNotSupported',
    message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${names}`,
  };
}

export function forbiddenField(field: string, why: string): FieldProblem {
  return { field, type: 'FieldValueForbidden', message: `Forbidden: ${why}` };
}

export function duplicate(field: string, value: JsonValue): FieldProblem {
  return { field, type: 'FieldValueDuplicate', message: `Duplicate value: ${JSON.stringify(value)}` };
}

export function portRange(field: string, value: number): FieldProblem[] {
  return value >= 1 && value <= 65535
    ? []
    : [invalidValue(field, value, 'must be between 1 and 65535, inclusive')];
}

export function notNegative(field: string, value: number | undefined): FieldProblem[] {
  return value === undefined || value >= 0
    ? []
    : [invalidValue(field, value, 'must be greater than or equal to 0')];
}
