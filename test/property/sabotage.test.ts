import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startRedis, type RedisServer } from '../support/redis.ts';
import { runSchedule, type Weather } from './run-schedule.ts';
import { withoutDigestCheck, withoutLeaseClaim, withoutOutboxInScript, type Sabotage } from './sabotage.ts';

/** At most so many schedules until the missing safety must have shown. */
const patience = 600;

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis({ config: { appendonly: 'no' } });
});
afterAll(() => redis.stop());

/** Runs schedules until one violates an invariant; the first violation and after how many schedules. */
async function firstViolation(
  sabotage: Sabotage,
  weather: Weather,
): Promise<{ seed: number; violations: string[] } | null> {
  for (let seed = 1; seed <= patience; seed += 1) {
    const { violations } = await runSchedule(redis, seed, sabotage, weather);
    if (violations.length > 0) return { seed, violations };
  }
  return null;
}

const cases: { sabotage: Sabotage; weather: Weather; expected: RegExp }[] = [
  { sabotage: withoutLeaseClaim, weather: 'failovers', expected: /changed the cluster 2 times/ },
  { sabotage: withoutDigestCheck, weather: 'mixed', expected: /not as it was when/ },
  {
    sabotage: withoutOutboxInScript,
    weather: 'mixed',
    expected: /never posted|not up to date|no root message/,
  },
];

describe('the property tests catch a missing safety', () => {
  for (const { sabotage, weather, expected } of cases) {
    test(`${sabotage.name} is noticed`, { timeout: 300_000 }, async () => {
      const found = await firstViolation(sabotage, weather);
      console.log(
        `${sabotage.name}: seed ${found?.seed ?? 'none'}: ${found?.violations.join(' | ') ?? 'nothing noticed'}`,
      );
      expect(found?.violations.join('\n')).toMatch(expected);
    });
  }
});
