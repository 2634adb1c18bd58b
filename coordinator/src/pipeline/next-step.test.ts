import { describe, expect, test } from 'vitest';
import type { EventBody } from '../domain/incident-event.ts';
import {
  ana,
  corefileDiagnosis,
  corefilePlan,
  createStory,
  dnsSymptom,
  passOk,
  startMs,
  untilCard,
  untilExecuted,
  type Story,
} from './incident-story.fixture.ts';
import { nextStep } from './next-step.ts';
import type { Surroundings } from './work-step.ts';
import { defaultPipelineSettings } from './settings.ts';

const settings = { ...defaultPipelineSettings, mode: 'remediate' as const };
const proposalId = corefilePlan.id;

function next(story: Story, around: Partial<Surroundings> = {}) {
  const surroundings: Surroundings = {
    nowMs: story.nowMs(),
    sensingComplete: true,
    paused: false,
    passResultsIn: false,
    others: [],
    ...around,
  };
  return nextStep(story.incident(), surroundings, settings);
}

/** Up to a plan that an executor has claimed, a minute after the start. */
function untilExecuting(): Story {
  return untilCard()
    .at(60)
    .tell({ type: 'decided', proposalId, decision: 'approved', approval: 'c'.repeat(64) }, ana)
    .tell({ type: 'execution-requested', proposalId })
    .tell({ type: 'execution-claimed', proposalId, executor: 'executor-1/x' });
}

describe('from the first sign to a card', () => {
  test('basic information comes before any diagnosis', () => {
    expect(next(createStory()).do).toBe('triage');
  });

  test('a plan is published only after the server accepted it in a dry run', () => {
    const story = createStory().tell({ type: 'triaged', lines: ['x'], unknown: [] });
    expect(next(story).do).toBe('diagnose');
    story.tell(corefileDiagnosis);
    expect(next(story).do).toBe('propose');
    story.tell({ type: 'drafted', proposal: corefilePlan });
    expect(next(story).do).toBe('wait');
    const refused = createStory()
      .tell({ type: 'drafted', proposal: corefilePlan })
      .tell({ type: 'dry-run-ended', proposalId, ok: false, detail: 'forbidden' });
    expect(next(refused)).toMatchObject({ do: 'ask-help', reason: expect.stringContaining('forbidden') });
    story.tell({ type: 'dry-run-ended', proposalId, ok: true, detail: 'ok' });
    expect(next(story)).toMatchObject({ do: 'publish-plan', draft: { id: proposalId } });
  });

  test('an executor that does not try the plan out leads to a call for help', () => {
    const story = createStory().tell({ type: 'drafted', proposal: corefilePlan }).at(61);
    expect(next(story)).toMatchObject({ do: 'ask-help' });
  });

  test('a plan waits for its turn before it is worked out, and again before its draft becomes a card', () => {
    const others = [{ id: 'inc-0', phase: 'awaiting-approval' as const, scopes: [], draftedAtMs: null }];
    const story = createStory().tell(corefileDiagnosis);
    expect(next(story, { others })).toMatchObject({ do: 'wait', untilMs: story.nowMs() + 10_000 });
    story
      .at(1)
      .tell({ type: 'drafted', proposal: corefilePlan })
      .tell({ type: 'dry-run-ended', proposalId, ok: true, detail: 'ok' })
      .at(2);
    expect(next(story, { others }).do).toBe('wait');
    expect(next(story, { others: [] }).do).toBe('publish-plan');
  });

  test('in advise mode a draft becomes a card without a dry run', () => {
    const story = createStory().tell({ type: 'drafted', proposal: { ...corefilePlan, mode: 'advise' } });
    expect(next(story)).toMatchObject({ do: 'publish-plan' });
  });
});

describe('a card', () => {
  test('waits for a person and is withdrawn when its time is over', () => {
    const story = untilCard();
    expect(next(story)).toMatchObject({ do: 'wait', untilMs: corefilePlan.expiresAtMs });
    expect(next(story.at(900))).toMatchObject({ do: 'expire', reason: 'time' });
    story.tell({ type: 'proposal-expired', proposalId, reason: 'time', detail: 'Nobody decided in time.' });
    expect(next(story)).toMatchObject({ do: 'ask-help', reason: 'Nobody decided in time.' });
  });

  test('is withdrawn when the fault heals by itself, and the incident then closes after two passes', () => {
    const story = untilCard().at(20).tell({ type: 'recovered', detail: 'all paths answer' });
    expect(next(story)).toMatchObject({ do: 'expire', reason: 'recovered' });
    story.tell({ type: 'proposal-expired', proposalId, reason: 'recovered', detail: 'gone' });
    expect(next(story)).toEqual({ do: 'start-pass', pass: 1 });
  });

  test('is withdrawn when the fault comes back before that was done', () => {
    const story = untilCard()
      .tell({ type: 'recovered', detail: 'x' })
      .tell({ type: 'relapsed', symptoms: [dnsSymptom] });
    expect(next(story)).toMatchObject({ do: 'expire', reason: 'superseded' });
    story.tell({ type: 'proposal-expired', proposalId, reason: 'superseded', detail: 'afresh' });
    expect(next(story).do).toBe('triage');
  });

  test('a rejection asks people, and names who rejected', () => {
    const story = untilCard().tell(
      { type: 'decided', proposalId, decision: 'rejected', approval: null, reason: 'not now' },
      ana,
    );
    expect(next(story)).toMatchObject({
      do: 'ask-help',
      reason: 'The plan was rejected by ana ("not now").',
    });
  });

  test('is withdrawn when a person takes over, and nothing new is proposed', () => {
    const story = untilCard().tell({ type: 'taken-over' }, ana);
    expect(next(story)).toMatchObject({ do: 'expire', reason: 'taken-over' });
    story.tell({ type: 'proposal-expired', proposalId, reason: 'taken-over', detail: 'taken over' });
    expect(next(story)).toMatchObject({ do: 'wait', untilMs: null });
  });
});

describe('an approved plan', () => {
  const approved = (): Story =>
    untilCard()
      .at(60)
      .tell({ type: 'decided', proposalId, decision: 'approved', approval: 'c'.repeat(64) }, ana);

  test('is handed over only while the symptoms are there, the view is complete and nothing is paused', () => {
    expect(next(approved())).toMatchObject({ do: 'request-execution' });
    expect(next(approved(), { paused: true }).do).toBe('wait');
    expect(next(approved(), { sensingComplete: false }).do).toBe('wait');
    expect(next(approved().tell({ type: 'recovered', detail: 'x' }))).toMatchObject({
      do: 'expire',
      reason: 'recovered',
    });
  });

  test('expires at the hand-over too', () => {
    expect(next(approved().at(900), { paused: true })).toMatchObject({ do: 'expire', reason: 'time' });
  });

  test('a silent executor leads to a call for help, never to a second execution', () => {
    const story = approved().tell({ type: 'execution-requested', proposalId });
    expect(next(story).do).toBe('wait');
    expect(next(story.at(60 + 121))).toMatchObject({ do: 'ask-help' });
  });

  test('whose target changed is diagnosed again, a refused one goes to people', () => {
    const ended = (reason: 'changed' | 'forbidden'): Story =>
      approved()
        .tell({ type: 'execution-requested', proposalId })
        .tell({
          type: 'step-ended',
          proposalId,
          step: 0,
          outcome: { result: 'refused', reason, detail: 'd' },
        })
        .tell({ type: 'execution-ended', proposalId, result: 'not-started', detail: 'd' });
    expect(next(ended('changed')).do).toBe('diagnose');
    expect(next(ended('forbidden')).do).toBe('ask-help');
  });
});

describe('an execution that has not ended', () => {
  const help: EventBody = {
    type: 'help-requested',
    reason: 'The executor has gone silent.',
    known: [],
    ruledOut: [],
    cannotSee: [],
    lookAt: [],
  };
  const recovered: EventBody = { type: 'recovered', detail: 'all answer' };
  const byPerson: EventBody = { type: 'closed', how: 'by-person', summary: '', auditHead: 'a'.repeat(64) };
  const back: EventBody = { type: 'relapsed', symptoms: [dnsSymptom] };
  const afresh: [string, EventBody[]][] = [
    ['a recheck', [help, { type: 'recheck-requested' }]],
    ['a return of the symptoms', [help, recovered, back]],
    ['a re-opening', [byPerson, { type: 'reopened', symptoms: [dnsSymptom] }]],
  ];

  test.each(afresh)('keeps %s from putting up another plan', (_, events) => {
    const story = untilExecuting().at(61);
    for (const body of events) story.tell(body);
    story.tell({ type: 'triaged', lines: ['x'], unknown: [] }).tell(corefileDiagnosis);
    expect(story.incident()).toMatchObject({ phase: 'diagnosed', execution: { proposalId } });
    expect(next(story)).toMatchObject({ do: 'wait', why: 'the executor is at work' });
    story.at(60 + 121);
    expect(next(story)).toMatchObject({ do: 'ask-help', reason: expect.stringContaining('No other plan') });
    story.tell({ type: 'drafted', proposal: { ...corefilePlan, id: 'plan-2-0123456789ab' } });
    expect(next(story).do).toBe('ask-help');
    story.tell({ type: 'execution-ended', proposalId, result: 'done', detail: 'Done.' });
    expect(story.incident()).toMatchObject({ phase: 'verifying', execution: { status: { result: 'done' } } });
  });

  test('is not replaced by another, whatever is appended', () => {
    const second = { ...corefilePlan, id: 'plan-2-0123456789ab' };
    const story = untilExecuting()
      .tell({ type: 'proposed', proposal: second })
      .tell({ type: 'decided', proposalId: second.id, decision: 'approved', approval: 'c'.repeat(64) }, ana)
      .tell({ type: 'execution-requested', proposalId: second.id });
    expect(story.incident().execution?.proposalId).toBe(proposalId);
    expect(next(story).do).toBe('wait');
  });
});

describe('verification', () => {
  test('waits for the symptoms to go, then makes two passes at least 30 s apart, then closes', () => {
    const story = untilExecuted();
    expect(next(story).do).toBe('wait');
    story.at(70).tell({ type: 'recovered', detail: 'all answer' });
    expect(next(story)).toEqual({ do: 'start-pass', pass: 1 });
    story.tell({
      type: 'pass-started',
      pass: 1,
      nonce: 'nonce-0001',
      paths: 4,
      deadlineMs: story.nowMs() + 45_000,
    });
    expect(next(story).do).toBe('wait');
    expect(next(story, { passResultsIn: true })).toMatchObject({ do: 'judge-pass' });
    story.at(75).tell({ type: 'pass-ended', pass: 1, nonce: 'nonce-0001', outcome: passOk });
    expect(next(story.at(104.9))).toMatchObject({ do: 'wait' });
    expect(next(story.at(105))).toEqual({ do: 'start-pass', pass: 2 });
    story.tell({
      type: 'pass-started',
      pass: 2,
      nonce: 'nonce-0002',
      paths: 4,
      deadlineMs: story.nowMs() + 45_000,
    });
    story.at(110).tell({ type: 'pass-ended', pass: 2, nonce: 'nonce-0002', outcome: passOk });
    expect(next(story)).toEqual({ do: 'close', how: 'fixed' });
  });

  test('a failed pass after a fix asks people and is not repeated by itself', () => {
    const story = untilExecuted()
      .at(70)
      .tell({ type: 'recovered', detail: 'x' })
      .tell({ type: 'pass-started', pass: 1, nonce: 'nonce-0001', paths: 4, deadlineMs: 0 })
      .tell({
        type: 'pass-ended',
        pass: 1,
        nonce: 'nonce-0001',
        outcome: { ...passOk, ok: false, lost: 1, problems: ['lost'] },
      });
    expect(next(story)).toMatchObject({ do: 'ask-help' });
  });

  test('symptoms that never go are found out by a pass after the grace time', () => {
    expect(next(untilExecuted().at(60 + 120))).toEqual({ do: 'start-pass', pass: 1 });
  });

  test('a fault that comes back while it seemed healed is looked at afresh', () => {
    const story = createStory()
      .tell({ type: 'recovered', detail: 'x' })
      .tell({ type: 'pass-started', pass: 1, nonce: 'nonce-0001', paths: 4, deadlineMs: 0 })
      .tell({ type: 'relapsed', symptoms: [dnsSymptom] });
    expect(next(story).do).toBe('triage');
    expect(story.incident().passes).toEqual([]);
  });

  test('without a complete view no pass begins and none is judged: no data is not healthy', () => {
    const blind = { sensingComplete: false, passResultsIn: true };
    const story = createStory().tell({ type: 'recovered', detail: 'x' });
    expect(next(story, blind).do).toBe('wait');
    const deadlineMs = story.nowMs() + 45_000;
    story.tell({ type: 'pass-started', pass: 1, nonce: 'nonce-0001', paths: 4, deadlineMs });
    expect(next(story, blind).do).toBe('wait');
    expect(next(story.at(90), blind).do).toBe('judge-pass');
    story.tell({ type: 'pass-ended', pass: 1, nonce: 'nonce-0001', outcome: passOk });
    expect(next(story.at(120), blind).do).toBe('wait');
    expect(next(story)).toEqual({ do: 'start-pass', pass: 2 });
  });

  test('a change after which the agents fall silent is told to people', () => {
    const story = untilExecuted();
    expect(next(story.at(60 + 164), { sensingComplete: false }).do).toBe('wait');
    expect(next(story.at(60 + 165), { sensingComplete: false })).toMatchObject({ do: 'ask-help' });
  });

  test('a recheck with the symptoms gone makes the passes at once, and proposes nothing', () => {
    const help = { reason: 'failed', known: [], ruledOut: [], cannotSee: [], lookAt: [] };
    const story = untilExecuted()
      .at(70)
      .tell({ type: 'recovered', detail: 'x' })
      .tell({ type: 'help-requested', ...help })
      .tell({ type: 'recheck-requested' }, ana);
    expect(next(story)).toEqual({ do: 'start-pass', pass: 1 });
  });

  test('a good pass does not outlast a return of the symptoms, a failed one does', () => {
    const after = (ok: boolean) =>
      untilExecuted()
        .at(70)
        .tell({ type: 'recovered', detail: 'x' })
        .tell({ type: 'pass-started', pass: 2, nonce: 'nonce-0002', paths: 4, deadlineMs: 0 })
        .tell({ type: 'pass-ended', pass: 2, nonce: 'nonce-0002', outcome: { ...passOk, ok } })
        .tell({ type: 'relapsed', symptoms: [dnsSymptom] });
    expect(next(after(true)).do).toBe('wait');
    expect(next(after(false)).do).toBe('ask-help');
  });
});

test('people who were asked are not left alone when it heals: it still closes after two passes', () => {
  const story = createStory()
    .tell({ type: 'help-requested', reason: 'stuck', known: [], ruledOut: [], cannotSee: [], lookAt: [] })
    .tell({ type: 'recovered', detail: 'x' });
  expect(next(story)).toEqual({ do: 'start-pass', pass: 1 });
});

test('symptoms that went away before people were asked are checked later, and the incident closes when they stay away', () => {
  const story = untilExecuted()
    .at(70)
    .tell({ type: 'recovered', detail: 'x' })
    .tell({ type: 'help-requested', reason: 'no data', known: [], ruledOut: [], cannotSee: [], lookAt: [] });
  expect(next(story)).toMatchObject({ do: 'wait', untilMs: story.nowMs() + 300_000 });
  story.at(70 + 300);
  expect(next(story)).toEqual({ do: 'start-pass', pass: 1 });
  story.tell({
    type: 'pass-started',
    pass: 1,
    nonce: 'nonce-0001',
    paths: 4,
    deadlineMs: story.nowMs() + 45_000,
  });
  story.tell({
    type: 'pass-ended',
    pass: 1,
    nonce: 'nonce-0001',
    outcome: { ...passOk, ok: false, problems: ['x'] },
  });
  expect(next(story)).toMatchObject({ do: 'wait', untilMs: story.nowMs() + 300_000 });
});

test('a plan that took effect counts as the fix also when the symptoms came back for a moment in between', () => {
  const story = untilExecuted()
    .at(70)
    .tell({ type: 'help-requested', reason: 'no data', known: [], ruledOut: [], cannotSee: [], lookAt: [] })
    .tell({ type: 'recovered', detail: 'x' })
    .tell({ type: 'relapsed', symptoms: [dnsSymptom] })
    .tell({ type: 'recovered', detail: 'x' })
    .tell({ type: 'pass-started', pass: 1, nonce: 'nonce-0001', paths: 4, deadlineMs: 0 })
    .tell({ type: 'pass-ended', pass: 1, nonce: 'nonce-0001', outcome: passOk })
    .at(110)
    .tell({ type: 'pass-started', pass: 2, nonce: 'nonce-0002', paths: 4, deadlineMs: 0 })
    .tell({ type: 'pass-ended', pass: 2, nonce: 'nonce-0002', outcome: passOk });
  expect(next(story)).toEqual({ do: 'close', how: 'fixed' });
});

test('without a clear cause it is looked at once more before people are asked', () => {
  const nothing: EventBody = { type: 'diagnosed', diagnosis: { causes: [], checks: [], unknown: [] } };
  const story = createStory().at(6).tell(nothing);
  expect(next(story)).toMatchObject({ do: 'wait', untilMs: startMs + 45_000 });
  expect(next(story.at(45)).do).toBe('diagnose');
  expect(next(story.tell(nothing)).do).toBe('propose');
});
