import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startRedis, type RedisServer } from '../support/redis.ts';
import { runSchedule, type ScheduleResult } from './run-schedule.ts';
import { intact } from './sabotage.ts';

/** SCHEDULES=20000 SEED=1 npx vitest run --project property for a longer look; a failure prints its seed and its trace. */
const schedules = Number(process.env['SCHEDULES'] ?? 2000);
const firstSeed = Number(process.env['SEED'] ?? 1);

/** Every `of`-th seed beginning with the `part`-th: each part is a file of its own, so that every core has one. */
export function describeSchedules(part: number, of: number): void {
  const seeds: number[] = [];
  for (let i = part; i < schedules; i += of) seeds.push(firstSeed + i);
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis({ config: { appendonly: 'no' } });
  });
  afterAll(() => redis.stop());

  describe('an incident under the fault model', () => {
    test(`${seeds.length} schedules`, { timeout: 60_000 + seeds.length * 2000 }, async () => {
      const results: ScheduleResult[] = [];
      for (const seed of seeds) {
        const weather = seed % 4 === 0 ? 'failovers' : 'mixed';
        const result = await runSchedule(redis, seed, intact, weather).catch((error: unknown) => {
          throw new Error(`seed ${seed}`, { cause: error });
        });
        if (result.violations.length > 0) {
          throw new Error(`seed ${seed}:\n${result.violations.join('\n')}\n\n${result.trace.join('\n')}`);
        }
        results.push(result);
      }
      expectVariety(results);
    });
  });
}

function expectVariety(results: readonly ScheduleResult[]): void {
  const endings = results.flatMap((r) => r.endings);
  const count = (ending: string): number => endings.filter((e) => e === ending).length;
  const crashes = results.reduce((sum, r) => sum + r.crashes, 0);
  console.log(
    `${results.length} schedules, ${crashes} crashes: ${count('fixed')} fixed, ${count('healed')} healed, ${count('by-person')} closed by people`,
  );
  if (results.length < 100) return;
  // Schedules that never get as far as a fix, or in which nothing goes wrong, would prove nothing.
  expect(count('fixed')).toBeGreaterThan(results.length / 4);
  expect(crashes).toBeGreaterThan(results.length / 2);
}
