import type { IncidentView, Overview } from '@pathmedic/shared/contract/console.ts';
import type { Expectation } from './scenarios/scenario.ts';
import type { Story, StoryTimes } from './story.ts';

/** What was seen of one run. */
export interface WhatHappened {
  faultAtMs: number;
  /** The incident as it was seen last; null when none was opened. */
  view: IncidentView | null;
  /** Titles of further incidents. */
  others: readonly string[];
  changes: readonly string[];
  /** The network after the end; null when it was not looked at. */
  network: Overview['network'];
  /** Errors of the simulation. */
  troubles: readonly string[];
  /** Why following it ended early. */
  failure: string | null;
}

type Verdict = Pick<
  Story,
  'ok' | 'problems' | 'incidentId' | 'title' | 'cause' | 'plan' | 'end' | 'times' | 'changes'
>;

const minPassGapMs = 30_000;

/** Whether it went as expected, and everything that did not. */
export function judgeStory(expects: Expectation, seen: WhatHappened): Verdict {
  const { view } = seen;
  const problems = [
    ...(seen.failure === null ? [] : [seen.failure]),
    ...seen.troubles.map((trouble) => `the simulation: ${trouble}`),
    ...seen.others.map((title) => `a second incident was opened: ${title}`),
    ...(view === null ? ['no incident was opened'] : incidentProblems(expects, view)),
    ...changeProblems(expects, seen.changes),
    ...networkProblems(expects, seen),
  ];
  return {
    ok: problems.length === 0,
    problems,
    ...factsOf(view),
    times: timesOf(seen),
    changes: seen.changes,
  };
}

function factsOf(
  view: IncidentView | null,
): Pick<Verdict, 'incidentId' | 'title' | 'cause' | 'plan' | 'end'> {
  if (view === null) return { incidentId: null, title: null, cause: null, plan: null, end: null };
  const { id, title, causes, plan, escalation } = view.page;
  return {
    incidentId: id,
    title,
    cause: causes[0]?.id ?? null,
    plan: plan?.title ?? escalation?.title ?? null,
    end: endOf(view),
  };
}

function incidentProblems(expects: Expectation, view: IncidentView): string[] {
  const end = endOf(view);
  return [
    ...(end === expects.end ? [] : [`it ended ${end ?? 'nowhere'}, not ${expects.end}`]),
    ...causeProblems(expects, view),
    ...passProblems(expects, view),
  ];
}

function endOf({ page, timeline }: IncidentView): Story['end'] {
  if (page.closedAtMs !== null)
    return timeline.some(({ kind }) => kind === 'step-ended') ? 'fixed' : 'healed';
  return page.escalation === null ? null : 'escalated';
}

function causeProblems(expects: Expectation, view: IncidentView): string[] {
  if (expects.end === 'healed') return [];
  const first = view.page.causes[0]?.id ?? 'none';
  return first === expects.cause ? [] : [`the first cause is ${first}, not ${expects.cause}`];
}

function changeProblems(expects: Expectation, changes: readonly string[]): string[] {
  const allowed = expects.end === 'fixed' ? expects.changes : [];
  const stray = changes.filter((change) => !allowed.some((pattern) => pattern.test(change)));
  return [
    ...stray.map((change) => `a change outside of the plan: ${change}`),
    ...(expects.end === 'fixed' && changes.length === 0 ? ['nothing was changed'] : []),
  ];
}

/** The last two passes both passed, and the second began at least 30 s after the end of the first. */
function passProblems(expects: Expectation, { page, timeline }: IncidentView): string[] {
  if (expects.end === 'escalated') return [];
  const firstEnd = timeline.filter(({ kind }) => kind === 'pass-ended').at(-2);
  const secondStart = timeline.filter(({ kind }) => kind === 'pass-started').at(-1);
  if (firstEnd === undefined || secondStart === undefined) return ['it was not checked twice'];
  const gapMs = secondStart.atMs - firstEnd.atMs;
  const failed = page.passes.filter(({ at }) => at !== 'passed');
  return [
    ...(gapMs < minPassGapMs ? [`the two checks are only ${gapMs} ms apart`] : []),
    ...failed.map(({ pass, words }) => `check ${pass} did not pass: ${words}`),
  ];
}

function networkProblems(expects: Expectation, { network, view, failure }: WhatHappened): string[] {
  if (expects.end === 'escalated' || view === null || failure !== null) return [];
  if (network === null) return ['the network was not seen afterwards'];
  const { pathsFailing, silentAgents } = network;
  return pathsFailing + silentAgents === 0
    ? []
    : [`afterwards ${pathsFailing} paths fail and ${silentAgents} agents are silent`];
}

function timesOf({ view, faultAtMs }: WhatHappened): StoryTimes {
  const since = (atMs: number | null | undefined): number | null =>
    atMs === null || atMs === undefined ? null : Math.round((atMs - faultAtMs) / 100) / 10;
  const last = (kind: string): number | undefined => view?.timeline.findLast((e) => e.kind === kind)?.atMs;
  return {
    // Told to the second by the window it was in, which began before the fault.
    lostS: since(view === null ? null : Math.max(faultAtMs, view.page.sinceMs)),
    detectedS: since(view?.page.openedAtMs),
    namedS: since(view?.timeline.find(({ kind }) => kind === 'diagnosed')?.atMs),
    cardS: since(last('proposed') ?? last('escalated')),
    approvedS: since(last('decided')),
    fixedS: since(last('execution-ended')),
    closedS: since(view?.page.closedAtMs),
  };
}
