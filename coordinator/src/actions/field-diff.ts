import { diffLines } from 'diff';
import { stringify } from 'yaml';
import type { Json } from '../domain/action.ts';
import type { Found } from './json-pointer.ts';

function prefixed(prefix: string, text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => prefix + line);
}

/** Two texts as lines with `-`, `+` or a space in front; complete. */
export function textDiff(before: string, after: string): string {
  return diffLines(before, after)
    .flatMap((part) => prefixed(part.added ? '+' : part.removed ? '-' : ' ', part.value))
    .join('\n');
}

/** YAML 1.1, as kubectl reads it: there a bare `on` or `yes` would not be a string. */
function yamlOf(name: string, value: Found): string {
  if (!value.found) return '';
  const tree: Json = { [name]: value.value };
  return stringify(tree, { lineWidth: 0, version: '1.1' });
}

/** One field of an object before and after, as YAML lines under the place where it stands (`spec.template.spec`). */
export function fieldDiff(place: string, name: string, before: Found, after: Found): string {
  const indent = (text: string) => text.replace(/^(?=.)/gm, '  ');
  const lines = textDiff(indent(yamlOf(name, before)), indent(yamlOf(name, after)));
  return ` ${place}:\n${lines}`;
}
