import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startRedis, type RedisServer } from '../support/redis.ts';
import { runSchedule } from './run-schedule.ts';
import { withoutDigestCheck, withoutLeaseClaim, withoutOutboxInScript, type Sabotage } from './sabotage.ts';

/** At most so many schedules until the missing safety must have shown. */
const patience = 600;

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis({ config: { appendonly: 'no' } });
});
afterAll(() => redis.stop());

/** Runs schedules until one violates an invariant; the first violation and after how many schedules. */
async function firstViolation(sabotage: Sabotage): Promise<{ seed: number; violations: string[] } | null> {
  for (let seed = 1; seed <= patience; seed += 1) {
    const { violations } = await runSchedule(redis, seed, sabotage);
    if (violations.length > 0) return { seed, violations };
  }
  return null;
}

describe('the property tests catch a missing safety', () => {
  test.each([
    [withoutLeaseClaim, /changed the cluster 2 times/],
    [withoutDigestCheck, /not as it was when/],
    [withoutOutboxInScript, /never posted|not up to date|no root message/],
  ])('$name', { timeout: 300_000 }, async (sabotage, expected) => {
    const found = await firstViolation(sabotage);
    console.log(
      `${sabotage.name}: seed ${found?.seed ?? 'none'}: ${found?.violations.join(' | ') ?? 'nothing noticed'}`,
    );
    expect(found?.violations.join('\n')).toMatch(expected);
  });
});
