import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '@pathmedic/shared/runtime/virtual-clock.ts';
import { createBackOff, createPace } from './deliver-pace.ts';

describe('pace', () => {
  it('lets a burst through, then one a second, and a turn that was refused costs none', async () => {
    const clock = createVirtualClock();
    const pace = createPace(clock, 1000, 3);
    expect([1, 2, 3].map(() => pace.turnMs())).toEqual([0, 0, 0]);
    expect([1, 2, 3].map(() => pace.turnMs())).toEqual([1000, 1000, 1000]);
    await clock.advanceBy(400);
    expect(pace.turnMs()).toBe(600);
    await clock.advanceBy(600);
    expect(pace.turnMs()).toBe(0);
    expect(pace.turnMs()).toBe(1000);
  });

  it('after a hold it does not go on with a burst', async () => {
    const clock = createVirtualClock();
    const pace = createPace(clock, 1000, 3);
    pace.hold(30_000);
    expect(pace.turnMs()).toBe(30_000);
    await clock.advanceBy(30_000);
    expect(pace.turnMs()).toBe(0);
    expect(pace.turnMs()).toBeGreaterThan(0);
  });
});

describe('back-off', () => {
  it('doubles up to its limit, is shortened at random by at most half, and a success forgets it', async () => {
    const clock = createVirtualClock();
    const full = createBackOff(clock, () => 0);
    expect(Array.from({ length: 7 }, () => full.failed())).toEqual([
      1000, 2000, 4000, 8000, 16_000, 30_000, 30_000,
    ]);
    expect(createBackOff(clock, () => 0.999).failed()).toBe(501);
    await clock.advanceBy(10_000);
    expect(full.waitMs()).toBe(20_000);
    full.succeeded();
    expect(full.waitMs()).toBe(0);
    expect(full.failed()).toBe(1000);
  });
});
