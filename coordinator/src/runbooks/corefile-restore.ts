import { diffArrays } from 'diff';

/** A stretch of lines that the last good text has otherwise; `line` is where it begins in the present one. */
export interface Hunk {
  line: number;
  removed: string[];
  added: string[];
}

type Part = { same: string[] } | Hunk;

function partsOf(before: readonly string[], after: readonly string[]): Part[] {
  const parts: Part[] = [];
  let line = 1;
  for (const { removed, added, value } of diffArrays([...before], [...after])) {
    const last = parts.at(-1);
    if (!removed && !added) parts.push({ same: value });
    else if (last !== undefined && 'added' in last) last[removed ? 'removed' : 'added'].push(...value);
    else parts.push({ line, removed: removed ? value : [], added: added ? value : [] });
    if (!added) line += value.length;
  }
  return parts;
}

function touches({ line, removed }: Hunk, lines: readonly number[]): boolean {
  return lines.some((one) => one >= line - 1 && one <= line + removed.length);
}

/**
 * The text with those changes put back as `lastGood` has them that touch one of `lines` (or lie next to it); without
 * lines, all of them. Null when there is nothing to put back.
 */
export function putBack(
  text: string,
  lastGood: string,
  lines: readonly number[],
): { text: string; hunks: Hunk[] } | null {
  const hunks: Hunk[] = [];
  const result = partsOf(text.split('\n'), lastGood.split('\n')).flatMap((part) => {
    if ('same' in part) return part.same;
    if (lines.length > 0 && !touches(part, lines)) return part.removed;
    hunks.push(part);
    return part.added;
  });
  return hunks.length === 0 ? null : { text: result.join('\n'), hunks };
}
