import { createVirtualClock } from '@pathmedic/shared/runtime/virtual-clock.ts';
import { expect, test } from 'vitest';
import type { ApiAnswer } from './api-client.ts';
import { learnApiServers } from './learn-api-servers.ts';

const slice = (address: string): unknown => ({
  metadata: {
    name: 'kubernetes',
    namespace: 'default',
    uid: 'u1',
    labels: { 'kubernetes.io/service-name': 'kubernetes' },
  },
  addressType: 'IPv4',
  ports: [{ name: 'https', port: 6443, protocol: 'TCP' }],
  endpoints: [{ addresses: [address], conditions: { ready: true } }],
});

test('addresses are learned at once and again; a failure leaves what is known', async () => {
  const answers: ApiAnswer<unknown>[] = [
    { type: 'ok', code: 200, value: slice('10.0.0.4') },
    { type: 'no-answer', sent: true, detail: 'no answer within 10000 ms' },
    { type: 'ok', code: 200, value: slice('10.0.0.5') },
  ];
  const learned: string[] = [];
  const asked: string[] = [];
  const clock = createVirtualClock();
  const stop = new AbortController();
  const api = {
    json: async ({ path }: { path: string }) => {
      asked.push(path);
      return answers.shift() ?? { type: 'no-answer' as const, sent: false, detail: 'the end' };
    },
  };
  const done = learnApiServers(
    { api, clock, learn: (servers) => void learned.push(...servers) },
    stop.signal,
  );
  await clock.advanceBy(1);
  expect(learned).toEqual(['https://10.0.0.4:6443']);
  await clock.advanceBy(40_000);
  expect(learned).toEqual(['https://10.0.0.4:6443', 'https://10.0.0.5:6443']);
  expect(new Set(asked).size).toBe(1);
  stop.abort();
  await clock.advanceBy(20_000);
  await done;
});
