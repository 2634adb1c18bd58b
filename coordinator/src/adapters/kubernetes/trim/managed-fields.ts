import type { Meta } from '../../../facts/records.ts';
import { fieldsOf, listOf, textOf, timeMsOf } from './json-fields.ts';

const mostWrites = 5;
const mostPaths = 80;
const mostDepth = 12;

/**
 * Who wrote which fields when, newest first, at most five. Writes of the status are left out: they come all the time
 * and say nothing about a change by somebody. Field paths look like `spec.template.spec.nodeSelector.zone`; items of
 * keyed lists are named and not looked into (`spec.template.spec.containers[coredns]`).
 */
export function writesOf(managedFields: unknown): Meta['writes'] {
  const writes = listOf(managedFields).flatMap((entry) => {
    const { manager, operation, time, subresource, fieldsV1 } = fieldsOf(entry);
    if (textOf(subresource) === 'status') return [];
    const fields = fieldPaths(fieldsV1);
    if (fields.length === 0) return [];
    return [{ manager: textOf(manager), operation: textOf(operation), atMs: timeMsOf(time), fields }];
  });
  return writes.toSorted((a, b) => b.atMs - a.atMs).slice(0, mostWrites);
}

function fieldPaths(fieldsV1: unknown): string[] {
  const paths: string[] = [];
  collect(fieldsOf(fieldsV1), '', 0, paths);
  return paths.filter((path) => path !== 'status' && !path.startsWith('status.'));
}

function collect(
  set: Readonly<Record<string, unknown>>,
  prefix: string,
  depth: number,
  paths: string[],
): void {
  const before = paths.length;
  for (const [key, inner] of Object.entries(set)) {
    if (paths.length >= mostPaths) return;
    if (key.startsWith('k:')) paths.push(`${prefix}[${itemName(key)}]`);
    if (!key.startsWith('f:')) continue;
    const path = prefix === '' ? key.slice(2) : `${prefix}.${key.slice(2)}`;
    if (depth >= mostDepth) paths.push(path);
    else collect(fieldsOf(inner), path, depth + 1, paths);
  }
  // A leaf, or a set of values: the field itself was written.
  if (paths.length === before && prefix !== '') paths.push(prefix);
}

/** `k:{"name":"coredns"}` gives `coredns`; several keys are joined with `/`. */
function itemName(key: string): string {
  try {
    const values = Object.values(fieldsOf(JSON.parse(key.slice(2))));
    return values.map((value) => String(value)).join('/');
  } catch {
    return key.slice(2);
  }
}
