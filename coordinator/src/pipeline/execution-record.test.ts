import { expect, test } from 'vitest';
import type { EventBody } from '../domain/incident-event.ts';
import type { AppendRequest } from '../ports/incident-store.ts';
import { createRecord } from './execution-record.ts';
import { corefilePlan, untilCard } from './incident-story.fixture.ts';

const proposalId = corefilePlan.id;
const nowMs = 5000;

async function recorded(body: EventBody) {
  const appended: AppendRequest[] = [];
  const woken: string[] = [];
  const record = createRecord(
    {
      store: {
        nowMs: async () => nowMs,
        append: async (request) => {
          appended.push(request);
          return { ok: true, events: [], nowMs };
        },
        eventsAfter: async () => [],
      },
      queue: { wake: async (kind) => void woken.push(kind) },
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    },
    untilCard().incident(),
  );
  await record(body, 1000);
  return { due: appended[0]?.due, woken };
}

test('a step that was written is the coordinator’s to look at at once: only it hears what the agents see of it', async () => {
  const outcome = { result: 'applied', detail: 'deleted' } as const;
  const { due, woken } = await recorded({ type: 'step-ended', proposalId, step: 0, outcome });
  expect(due).toEqual([
    { role: 'executor', atMs: nowMs + 1000 },
    { role: 'coordinator', atMs: nowMs },
  ]);
  expect(woken).toContain('incident');
});

test('what is only begun leaves the coordinator alone', async () => {
  const { due, woken } = await recorded({ type: 'step-intended', proposalId, step: 0, attempt: 1 });
  expect(due).toEqual([{ role: 'executor', atMs: nowMs + 1000 }]);
  expect(woken).toEqual(['outbox']);
});
