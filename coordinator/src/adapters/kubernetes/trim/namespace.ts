import type { NamespaceRecord } from '../../../facts/records.ts';
import { fieldsOf } from './json-fields.ts';
import { trimMeta } from './meta.ts';

export function trimNamespace(raw: unknown): NamespaceRecord | null {
  const meta = trimMeta(fieldsOf(raw));
  return meta === null ? null : { meta };
}
