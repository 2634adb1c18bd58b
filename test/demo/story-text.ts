import type { Story, StoryEntry, StoryTimes } from './story.ts';

const marks = { fault: '✗', pathmedic: '●', slack: '#', person: '☞', demo: '·' } as const;
const indent = ' '.repeat(24);
const defaultColumns = 120;

/** `21:30:05   +3.2 s  ● text`, further lines below the first; what was before the fault has no offset. */
export function entryText(entry: StoryEntry, faultAtMs: number | null, columns = defaultColumns): string {
  const clock = new Date(entry.atMs).toISOString().slice(11, 19);
  const sinceS = faultAtMs === null ? null : (entry.atMs - faultAtMs) / 1000;
  const since = sinceS === null || sinceS < 0 ? '' : `+${sinceS.toFixed(1)} s`;
  const [first = '', ...rest] = entry.lines;
  // A message is a block of its own; its lines stand behind a bar.
  const margin = entry.who === 'slack' ? `${indent}│ ` : indent;
  const head = wrap(first, columns - indent.length).map((line, i) => (i === 0 ? line : `${indent}${line}`));
  const more = rest.flatMap((line) => wrap(line, columns - margin.length)).map((line) => `${margin}${line}`);
  return [`${clock}  ${since.padStart(9)}  ${marks[entry.who]}  ${head[0] ?? ''}`, ...head.slice(1), ...more]
    .map((line) => line.trimEnd())
    .join('\n');
}

/** Lines of at most `columns`, broken between words; what is already indented stays so. */
function wrap(text: string, columns: number): string[] {
  const margin = /^\s*/.exec(text)?.[0] ?? '';
  const lines: string[] = [];
  let line = margin;
  for (const word of text.trim().split(' ')) {
    const longer = line === margin ? `${margin}${word}` : `${line} ${word}`;
    if (longer.length <= columns || line === margin) line = longer;
    else {
      lines.push(line);
      line = `${margin}${word}`;
    }
  }
  return [...lines, line];
}

/** The last lines: what happened when, and whether it went as it should. */
export function summaryText(story: Story): string {
  const verdict = story.ok
    ? `✓ ${story.scenario}: ${endWords[story.end ?? 'fixed']}`
    : `✗ ${story.scenario}: not as it should be`;
  return [
    '',
    verdict,
    `  ${timesText(story.times)}`,
    ...(story.title === null ? [] : [`  incident  ${story.title}`]),
    ...(story.cause === null ? [] : [`  cause     ${story.cause}`]),
    ...(story.plan === null ? [] : [`  plan      ${story.plan}`]),
    `  changes   ${story.changes.length === 0 ? 'none' : story.changes.join('; ')}`,
    ...story.problems.map((problem) => `  problem   ${problem}`),
  ].join('\n');
}

const endWords = {
  fixed: 'found, named, approved, fixed, checked twice, closed',
  healed: 'found, left alone, checked twice, closed by itself',
  escalated: 'found, named, handed to the people who can change it',
} as const;

const timeNames = [
  ['lostS', 'first loss'],
  ['detectedS', 'detected'],
  ['namedS', 'named'],
  ['cardS', 'card'],
  ['approvedS', 'approved'],
  ['fixedS', 'fixed'],
  ['closedS', 'closed'],
] as const;

/** `detected 4.1 s · named 4.3 s · ...`, seconds after the fault; what did not happen is left out. */
export function timesText(times: StoryTimes): string {
  const parts = timeNames.flatMap(([name, words]) => {
    const seconds = times[name];
    return seconds === null ? [] : [`${words} ${seconds.toFixed(1)} s`];
  });
  return parts.length === 0 ? 'nothing happened' : `${parts.join(' · ')} after the fault`;
}
