import { createHash } from 'node:crypto';
import type { Json } from '../domain/action.ts';
import { canonicalJson } from '../domain/canonical-json.ts';
import type { RawObject } from '../domain/raw-object.ts';
import { valueAt } from './json-pointer.ts';

export function sha256Hex(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/**
 * SHA-256 (hex) over an object's UID and the fields behind `reads` (JSON pointers); an absent field counts as absent.
 * Not over resourceVersion: a status write must not invalidate a plan. Their order does not matter.
 */
export function digestOf(object: RawObject, reads: readonly string[]): string {
  const uid = valueAt(object, '/metadata/uid');
  const fields = [...new Set(reads)].toSorted().map((path): Json => {
    const at = valueAt(object, path);
    return at.found ? [path, at.value] : [path];
  });
  return sha256Hex(canonicalJson([uid.found ? uid.value : null, fields]));
}
