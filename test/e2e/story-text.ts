import type { SeenIncident, Story } from './story.ts';

const place = { 'with-coordinator': 'with', 'without-coordinator': 'without', anywhere: '-' } as const;
const outcome = { passed: 'pass', failed: 'FAIL', 'not-run': 'not run' } as const;

/** One row a run. Pure. */
export function storyTable(stories: readonly Story[]): string {
  const head = [
    ...['case', 'coordinator', 'result', 'in place', 'detected', 'named', 'answered', 'fixed', 'closed'],
    ...['component', 'cause', 'action'],
  ];
  const rows = stories.map((story) => {
    const [incident] = story.incidents;
    return [
      ...[story.name, place[story.placement], outcome[story.result], time(story.inPlaceS)],
      ...incidentCells(incident, story),
    ];
  });
  const widths = head.map((h, i) => Math.max(h.length, ...rows.map((r) => (r[i] ?? '').length)));
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function incidentCells(incident: SeenIncident | undefined, story: Story): string[] {
  if (incident === undefined) return ['-', '-', '-', '-', '-', '-', '-', '-'];
  const { detectedS, namedS, answeredS, fixedS, closedS } = incident;
  return [
    ...[detectedS, namedS, answeredS, fixedS, closedS].map(time),
    incident.title,
    incident.causes[0] ?? '-',
    story.changes.join('; ') || incident.answer || '-',
  ];
}

function time(s: number | null): string {
  return s === null ? '-' : `${s} s`;
}

/** Everything that is needed to understand a failed run from a log. Pure. */
export function failureText(story: Story): string {
  const incidents = story.incidents.flatMap((incident) => [
    `incident ${incident.id} "${incident.title}"`,
    `  causes: ${incident.causes.join(', ') || 'none'}`,
    `  answer: ${incident.answer || 'none'}`,
    ...incident.tail.map((line) => `  ${line}`),
  ]);
  return [
    ...story.problems.map((problem) => `✗ ${problem}`),
    `expected: ${story.expected}`,
    ...(incidents.length === 0 ? ['seen: no incident'] : incidents),
    `changed: ${story.changes.join('; ') || 'nothing'}`,
  ]
    .flatMap((line) => line.split('\n'))
    .map((line) => `    ${line}`)
    .join('\n');
}
