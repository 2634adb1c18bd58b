import { expect, test } from 'vitest';
import type { StepResult } from '../domain/incident-event.ts';
import { askHelp } from './help.ts';
import { corefilePlan, createStory, untilExecuted } from './incident-story.fixture.ts';

const title = corefilePlan.steps[0]?.title ?? '';

function known(outcome: StepResult): string[] {
  const story = untilExecuted();
  for (const event of story.events) if (event.body.type === 'step-ended') event.body.outcome = outcome;
  return askHelp(story.incident(), 'The fix did not hold.').known;
}

test('what was tried is told once, in words', () => {
  expect(known({ result: 'applied', detail: `${title} (generation 8)` })).toContain(
    `Tried: ${title}; written (generation 8)`,
  );
  expect(known({ result: 'applied', detail: title })).toContain(`Tried: ${title}; written`);
  expect(known({ result: 'refused', reason: 'changed', detail: 'It is not as it was.' })).toContain(
    `Not done: ${title}; the object has changed since the plan was made (It is not as it was.)`,
  );
  expect(known({ result: 'unknown', detail: 'No answer.' })).toContain(
    `Tried: ${title}; not certain whether it took effect (No answer.)`,
  );
  expect(askHelp(createStory().incident(), 'Stuck.').known).toEqual([]);
});
