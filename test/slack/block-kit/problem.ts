import type { z } from 'zod';

type Path = readonly PropertyKey[];

function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

function pointer(path: Path): string {
  return ['', ...path].map(String).join('/');
}

function detail(sentence: string, path: Path): string {
  return `${sentence} [json-pointer:${pointer(path)}]`;
}

function countSentence(issue: z.core.$ZodIssueTooBig | z.core.$ZodIssueTooSmall): string {
  const isText = issue.origin === 'string';
  if (issue.code === 'too_big') {
    return isText
      ? `must be less than ${Number(issue.maximum) + 1} characters`
      : `no more than ${issue.maximum} items allowed`;
  }
  return isText
    ? `must be more than ${Number(issue.minimum) - 1} characters`
    : `no fewer than ${issue.minimum} items allowed`;
}

function sentences(issue: z.core.$ZodIssue, root: unknown): string[] {
  const { path } = issue;
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => detail(`invalid additional property: ${key}`, path));
    case 'too_big':
    case 'too_small':
      return [detail(countSentence(issue), path)];
    case 'invalid_union': {
      const parent = path.slice(0, -1);
      const type = valueAt(root, path);
      if (path.at(-1) !== 'type') return [detail('failed to match all allowed schemas', path)];
      if (type === undefined) return [detail('missing required field: type', parent)];
      return [detail(`unsupported type: ${String(type)}`, path)];
    }
    case 'invalid_type': {
      if (valueAt(root, path) === undefined) {
        return [detail(`missing required field: ${String(path.at(-1))}`, path.slice(0, -1))];
      }
      const article = /^[aeiou]/.test(issue.expected) ? 'an' : 'a';
      return [detail(`must provide ${article} ${issue.expected}`, path)];
    }
    case 'invalid_value':
      return [detail('value is not allowed', path)];
    default:
      return [detail(issue.message, path)];
  }
}

/**
 * What Slack would say about blocks that do not fit the schema: a sentence and a JSON pointer each,
 * without the `[ERROR]` prefix. `root` is the checked value under the same path as the issues.
 */
export function blockProblems(issues: readonly z.core.$ZodIssue[], root: unknown): string[] {
  return issues.flatMap((issue) => {
    const own = sentences(issue, root);
    // Slack reports a bad text object of a section or context block twice: for the choice, then for the member.
    const [, index, slot] = issue.path;
    const block = valueAt(root, issue.path.slice(0, 2));
    const type = typeof block === 'object' && block !== null ? Reflect.get(block, 'type') : undefined;
    const isChoice = type === 'section' && (slot === 'text' || slot === 'fields');
    if (!isChoice || issue.path.at(-1) !== 'text' || issue.path.length < 4) return own;
    return [
      detail('failed to match all allowed schemas', ['blocks', index ?? 0, ...issue.path.slice(2, -1)]),
      ...own,
    ];
  });
}
