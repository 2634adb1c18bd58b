import type { Candidate } from './corefile-candidates.ts';

/** Bounds on what is tried: every candidate is checked as a whole file. */
const LONGEST_LINE = 120;
const LONGEST_TEXT = 8000;

function neighbours(line: string): Set<string> {
  const found = new Set<string>();
  for (let at = 0; at < line.length; at += 1) {
    const [before, char, next, after] = [
      line.slice(0, at),
      line[at] ?? '',
      line[at + 1] ?? '',
      line.slice(at + 2),
    ];
    found.add(before + next + after);
    found.add(before + next + char + after);
    found.add(`${before} ${char}${next}${after}`);
  }
  found.delete(line);
  return found;
}

function words(line: string): string {
  return line.trim().split(/\s+/).join(' ');
}

/**
 * A line with one character taken out, two neighbours swapped, or a space put in, if exactly one such line makes the
 * whole file good: a slip of the finger. Two that would do leave it undecided.
 */
export function oneEdit(
  text: string,
  line: number,
  isGood: (candidate: Candidate) => boolean,
): Candidate | null {
  const lines = text.split('\n');
  const old = lines[line - 1] ?? '';
  if (text.length > LONGEST_TEXT || old.length > LONGEST_LINE || old.trim() === '') return null;
  const good = new Map<string, Candidate>();
  for (const neighbour of neighbours(old)) {
    // A vanished word or brace is no slip in a word.
    if (words(neighbour) === words(old) || neighbour.trim() === '') continue;
    const change = `Write "${words(old)}" as "${words(neighbour)}" (line ${line})`;
    const candidate: Candidate = {
      text: lines.with(line - 1, neighbour).join('\n'),
      change,
      certainty: 'brace',
    };
    if (!good.has(words(neighbour)) && isGood(candidate)) good.set(words(neighbour), candidate);
    if (good.size > 1) return null;
  }
  const [only] = good.values();
  return only ?? null;
}

/** Lines where a brace sticks to something, or stands with another: where a slip with braces shows. */
export function crampedBraces(text: string): number[] {
  return text
    .split('\n')
    .flatMap((line, i) => (/[{}]\S|\S[{}]|[{}]\s+[{}]|[{}]\s+\S/.test(line) ? [i + 1] : []));
}
