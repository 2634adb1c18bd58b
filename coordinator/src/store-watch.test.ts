import { createVirtualClock } from '@pathmedic/shared/runtime/virtual-clock.ts';
import { expect, test } from 'vitest';
import { createPauseControl } from './pipeline/pause-control.ts';
import type { Pause } from './ports/incident-store.ts';
import { checkStore } from './store-watch.ts';

/** A store of which only the number of appends matters, and what Kubernetes remembers of it. */
function createBench() {
  let pause: Pause = { paused: false };
  let known: { epoch: string | null; point: string | null } = { epoch: null, point: null };
  const state = { appends: 3, durable: true };
  const problem = { code: 'no-append-only-file' as const, detail: 'appendonly is off' };
  const store = {
    pause: async () => pause,
    setPause: async (next: Pause) => void (pause = next),
    epoch: async () => 'e',
    point: async () => `${state.appends} m`,
    holds: async (point: string) => Number(point.split(' ')[0]) <= state.appends,
    nowMs: async () => 1,
    inspectDurability: async () =>
      state.durable ? { ok: true, problems: [] } : { ok: false, problems: [problem] },
    sweepClosed: async () => 0,
  };
  const claims = {
    readEpoch: async () => ({ ok: true as const, ...known }),
    async writeEpoch(epoch: string, point: string) {
      known = { epoch, point };
      return true;
    },
  };
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  return {
    state,
    check: () => checkStore({ store, claims, clock: createVirtualClock(), log }),
    control: createPauseControl({ store, claims }),
    known: () => known,
  };
}

test('how far the store has come is kept in Kubernetes; a store that went back pauses until a person lifts it', async () => {
  const { state, check, control, known } = createBench();
  await check();
  state.appends = 5;
  await check();
  expect(known()).toEqual({ epoch: 'e', point: '5 m' });
  expect(await control.read()).toEqual({ paused: false });
  state.appends = 4;
  await check();
  expect(await control.read()).toMatchObject({
    paused: true,
    reason: expect.stringContaining('gone back in time'),
    by: 'pathmedic',
  });
  expect(known().point).toBe('5 m');
  expect(await control.lift('ana')).toEqual({ ok: true });
  await check();
  expect(await control.read()).toEqual({ paused: false });
  expect(known().point).toBe('4 m');
});

test('the pause cannot be lifted while Redis may lose what it acknowledged, and the reason is said', async () => {
  const { state, check, control } = createBench();
  state.durable = false;
  await check();
  expect(await control.lift('ana')).toEqual({
    ok: false,
    detail: expect.stringContaining('appendonly is off'),
  });
  expect(await control.read()).toMatchObject({ paused: true });
  state.durable = true;
  expect(await control.lift('ana')).toEqual({ ok: true });
});
