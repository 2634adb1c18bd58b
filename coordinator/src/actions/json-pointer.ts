import type { Json } from '../domain/action.ts';

/** Builds a JSON pointer (RFC 6901) from unescaped parts. */
export function pointer(...parts: readonly (string | number)[]): string {
  return parts.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

export type Found = { found: true; value: Json } | { found: false };

function childOf(value: Json, key: string): Found {
  if (Array.isArray(value)) {
    const index = /^(0|[1-9]\d{0,8})$/.test(key) ? Number(key) : -1;
    const item = value[index];
    return item === undefined ? { found: false } : { found: true, value: item };
  }
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key)) return { found: false };
  const member = value[key];
  return member === undefined ? { found: false } : { found: true, value: member };
}

/** The value that a JSON pointer leads to; an absent one is told apart from null. */
export function valueAt(root: Json, path: string): Found {
  let at: Found = { found: true, value: root };
  for (const part of path.split('/').slice(1)) {
    if (!at.found) return at;
    at = childOf(at.value, part.replaceAll('~1', '/').replaceAll('~0', '~'));
  }
  return at;
}
