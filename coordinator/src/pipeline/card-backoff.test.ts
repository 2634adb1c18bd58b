import { describe, expect, test } from 'vitest';
import {
  ana,
  corefileDiagnosis,
  corefilePlan,
  createStory,
  dnsSymptom,
  startMs,
  type Story,
} from './incident-story.fixture.ts';
import { nextStep } from './next-step.ts';
import type { NextStep } from './work-step.ts';
import { defaultPipelineSettings } from './settings.ts';

const settings = { ...defaultPipelineSettings, mode: 'remediate' as const };

function next(story: Story): NextStep {
  const around = {
    nowMs: story.nowMs(),
    sensingComplete: true,
    paused: false,
    passResultsIn: true,
    others: [],
  };
  return nextStep(story.incident(), around, settings);
}

/** Lets pathmedic work for so long on a fault that is there for one minute, gone for the next, and so on. */
function flap(minutes: number, story = createStory()) {
  const cards: number[] = [];
  const helps: string[] = [];
  let ids = 0;
  for (let minute = 0; minute < minutes; minute += 1) {
    for (const second of [0, 20, 40]) {
      story.at(minute * 60 + second);
      if (second === 0 && minute % 2 === 1) story.tell({ type: 'recovered', detail: 'all answer' });
      if (second === 0 && minute % 2 === 0 && minute > 0)
        story.tell({ type: 'relapsed', symptoms: [dnsSymptom] });
      for (let step = next(story), i = 0; step.do !== 'wait' && i < 20; step = next(story), i += 1) {
        switch (step.do) {
          case 'triage':
            story.tell({ type: 'triaged', lines: ['x'], unknown: [] });
            break;
          case 'diagnose':
            story.tell(corefileDiagnosis);
            break;
          case 'propose':
            ids += 1;
            cards.push(minute);
            story.tell({
              type: 'proposed',
              proposal: {
                ...corefilePlan,
                id: `plan-${ids}-0123456789ab`,
                expiresAtMs: story.nowMs() + 900_000,
              },
            });
            break;
          case 'expire': {
            const { reason, detail } = step;
            story.tell({ type: 'proposal-expired', proposalId: step.proposal.proposal.id, reason, detail });
            break;
          }
          case 'ask-help':
            helps.push(step.reason);
            story.tell({
              type: 'help-requested',
              reason: step.reason,
              known: [],
              ruledOut: [],
              cannotSee: [],
              lookAt: [],
            });
            break;
          case 'start-pass':
            story.tell({
              type: 'pass-started',
              pass: step.pass,
              nonce: `nonce-${story.events.length}`,
              paths: 4,
              deadlineMs: story.nowMs() + 45_000,
            });
            break;
          default:
            i = 20;
        }
      }
    }
  }
  return { story, cards, helps };
}

describe('a fault that comes and goes every minute', () => {
  test('makes a few cards an hour, farther and farther apart, and says so once for each card', () => {
    const { cards, helps } = flap(180);
    const inFirstHour = cards.filter((minute) => minute < 60);
    expect(cards.slice(0, 4)).toEqual([0, 6, 16, 36]);
    expect(inFirstHour.length).toBeLessThanOrEqual(4);
    for (let hour = 1; hour < 3; hour += 1)
      expect(cards.filter((minute) => Math.floor(minute / 60) === hour).length).toBeLessThanOrEqual(2);
    expect(helps.length).toBeLessThanOrEqual(cards.length);
    expect(helps[0]).toMatch(
      /^It comes and goes: 3 plans since 03:12:41 UTC came to nothing\. The next one is put up at 03:48:41 UTC/,
    );
  });

  test('starts over when a person asks for a look', () => {
    const { story, cards } = flap(19);
    expect(cards).toEqual([0, 6, 16]);
    story.at(19 * 60).tell({ type: 'relapsed', symptoms: [dnsSymptom] });
    story.tell({ type: 'triaged', lines: ['x'], unknown: [] }).tell(corefileDiagnosis);
    expect(next(story).do).not.toBe('propose');
    story.at(19 * 60 + 1).tell({ type: 'recheck-requested' }, ana);
    story.tell({ type: 'triaged', lines: ['x'], unknown: [] }).tell(corefileDiagnosis);
    expect(next(story).do).toBe('propose');
  });
});

test('what another round tried does not count against this one, and a changed target holds up no new card', () => {
  const story = createStory();
  const proposalOf = (n: number) => ({ ...corefilePlan, id: `plan-${n}-0123456789ab` });
  const tryInVain = (n: number): void => {
    const { id: proposalId } = proposalOf(n);
    story
      .tell(corefileDiagnosis)
      .tell({ type: 'proposed', proposal: proposalOf(n) })
      .tell({ type: 'proposal-expired', proposalId, reason: 'changed', detail: 'It was changed.' });
  };
  story.tell({ type: 'triaged', lines: ['x'], unknown: [] });
  for (const n of [1, 2]) tryInVain(n);
  expect(next(story).do).toBe('diagnose');
  story.tell(corefileDiagnosis);
  expect(next(story).do).toBe('propose');
  tryInVain(3);
  expect(next(story)).toMatchObject({ do: 'ask-help', reason: expect.stringContaining('3 plans') });
  story
    .tell({ type: 'closed', how: 'by-person', summary: '', auditHead: 'a'.repeat(64) })
    .at(600)
    .tell({ type: 'reopened', symptoms: [dnsSymptom] })
    .tell({ type: 'triaged', lines: ['x'], unknown: [] });
  expect(story.incident().roundStartedAtMs).toBe(startMs + 600_000);
  tryInVain(4);
  expect(next(story).do).toBe('diagnose');
});
