import type { IncidentPage, IncidentView } from '@pathmedic/shared/contract/console.ts';
import type { SeenIncident } from './story.ts';

/** What the product answered to a fault. */
export type Answer =
  | { by: 'plan'; title: string; planId: string }
  | { by: 'escalation'; title: string; why: string; actOn: string[] }
  | { by: 'help'; reason: string; actOn: string[] };

/** The open card, or who is asked for what; null while it is still working. Pure. */
export function answerOf(page: IncidentPage): Answer | null {
  if (page.help !== null) return { by: 'help', reason: page.help.reason, actOn: page.help.lookAt };
  if (page.escalation !== null) {
    const { title, why, options } = page.escalation;
    return { by: 'escalation', title, why, actOn: options };
  }
  if (page.plan?.status.at === 'open') return { by: 'plan', title: page.plan.title, planId: page.plan.id };
  return null;
}

/** An answer in a line. */
export function answerWords(answer: Answer): string {
  switch (answer.by) {
    case 'plan':
      return `card: ${answer.title}`;
    case 'escalation':
      return `escalated: ${answer.title}`;
    case 'help':
      return `help: ${answer.reason}`;
  }
}

const tailLength = 14;

/** An incident with its times after `sinceMs`; what happened before (it may have been re-opened) does not count. Pure. */
export function seenIncident({ page, timeline }: IncidentView, sinceMs: number): SeenIncident {
  const since = timeline.filter((entry) => entry.atMs >= sinceMs);
  const first = (...kinds: string[]): number | null =>
    seconds(since.find((entry) => kinds.includes(entry.kind))?.atMs);
  const seconds = (atMs: number | undefined): number | null =>
    atMs === undefined ? null : Math.round((atMs - sinceMs) / 100) / 10;
  const answer = answerOf(page);
  return {
    id: page.id,
    title: page.title,
    causes: page.causes.map(({ id, confidence }) => `${id} (${confidence})`),
    answer: answer === null ? (page.plan?.title ?? '') : answerWords(answer),
    detectedS: first('opened', 'reopened'),
    namedS: first('diagnosed'),
    answeredS: first('proposed', 'escalated', 'help-requested'),
    fixedS: first('execution-ended'),
    closedS: page.closedAtMs === null ? null : seconds(page.closedAtMs),
    tail: timeline
      .slice(-tailLength)
      .map((entry) =>
        [new Date(entry.atMs).toISOString().slice(11, 19), entry.kind, entry.headline, ...entry.lines]
          .join(' · ')
          .slice(0, 300),
      ),
  };
}

const minPassGapMs = 30_000;

/** An incident may only close after two passes at least 30 s apart, both passed. Pure. */
export function passProblems({ page, timeline }: IncidentView): string[] {
  const ends = timeline.filter((e) => e.kind === 'pass-ended').slice(-2);
  const starts = timeline.filter((e) => e.kind === 'pass-started').slice(-2);
  const [firstEnd] = ends;
  const secondStart = starts[1];
  if (ends.length < 2 || firstEnd === undefined || secondStart === undefined)
    return ['it was closed without two passes'];
  const gapMs = secondStart.atMs - firstEnd.atMs;
  return [
    ...(gapMs < minPassGapMs ? [`the passes are only ${gapMs} ms apart`] : []),
    ...(page.passes.some((p) => p.at !== 'passed') ? ['a pass is not recorded as passed'] : []),
  ];
}
