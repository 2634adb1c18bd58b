import type { Json } from '../../../domain/action.ts';

/** Readers for objects of the API server: a field of another shape than expected reads as absent, and nothing throws. */
export type Fields = Readonly<Record<string, unknown>>;

const none: Fields = {};

export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : none;
}

/** A parsed JSON object has string keys. */
function isFields(value: unknown): value is Fields {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Text cut to `max` characters. */
export function shortText(value: unknown, max: number): string {
  const text = textOf(value);
  return text.length > max ? `${text.slice(0, max - 1)}…` : text;
}

export function numberOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function textsOf(value: unknown): string[] {
  return listOf(value).filter((item) => typeof item === 'string');
}

export function textMap(value: unknown): Record<string, string> {
  const entries = Object.entries(fieldsOf(value)).filter(([, text]) => typeof text === 'string');
  return Object.fromEntries(entries.map(([key, text]) => [key, textOf(text)]));
}

/** Milliseconds since the epoch of an RFC 3339 time; 0 when absent. */
export function timeMsOf(value: unknown): number {
  const atMs = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(atMs) ? 0 : atMs;
}

/** A part of a parsed document, kept as it is; null when absent. */
export function jsonOf(value: unknown): Json {
  return isJson(value) ? value : null;
}

/** What came out of JSON.parse is JSON unless it is not there. */
function isJson(value: unknown): value is Json {
  return value !== undefined;
}
