import { badRequest } from './api-error.ts';
import type { JsonObject } from './json-value.ts';
import { valueAt } from './json-value.ts';
import type { ResourceEntry } from './resource-table.ts';

export interface FieldRequirement {
  path: readonly string[];
  label: string;
  equal: boolean;
  value: string;
}

function pathOf(label: string, entry: ResourceEntry): readonly string[] {
  if (label === 'metadata.name') return ['metadata', 'name'];
  if (label === 'metadata.namespace') return ['metadata', 'namespace'];
  const own = entry.fieldLabels[label];
  if (own !== undefined) return own;
  // Resources with a conversion function of their own word the refusal differently from the default one.
  if (Object.keys(entry.fieldLabels).length > 0) throw badRequest(`field label not supported: ${label}`);
  throw badRequest(`"${label}" is not a known field selector: only "metadata.name", "metadata.namespace"`);
}

/** Parses the `fieldSelector` query parameter for one resource. */
export function parseFieldSelector(text: string, entry: ResourceEntry): FieldRequirement[] {
  if (text.trim() === '') return [];
  return text.split(',').map((part) => {
    const parsed = /^\s*([^=!\s]+)\s*(!=|==|=)\s*(.*?)\s*$/.exec(part);
    const label = parsed?.[1];
    const value = parsed?.[3];
    if (label === undefined || value === undefined) {
      throw badRequest(`invalid selector: '${part}'; can't understand '${part}'`);
    }
    return { path: pathOf(label, entry), label, equal: parsed?.[2] !== '!=', value };
  });
}

/** Whether an object has the fields; an unset field counts as the empty string. */
export function matchesFields(object: JsonObject, requirements: readonly FieldRequirement[]): boolean {
  return requirements.every((requirement) => {
    const found = valueAt(object, ...requirement.path);
    const text =
      found === undefined || found === null ? '' : typeof found === 'string' ? found : JSON.stringify(found);
    return (text === requirement.value) === requirement.equal;
  });
}
