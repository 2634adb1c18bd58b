import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startRedis, type RedisServer } from '../support/redis.ts';
import { runSchedule, type ScheduleResult } from './run-schedule.ts';
import { intact } from './sabotage.ts';

/** SCHEDULES=20000 SEED=1 npx vitest run --project property for a longer look; a failure prints its seed. */
const schedules = Number(process.env['SCHEDULES'] ?? 300);
const firstSeed = Number(process.env['SEED'] ?? 1);

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis({ config: { appendonly: 'no' } });
});
afterAll(() => redis.stop());

describe('an incident under the fault model', () => {
  test(`${schedules} schedules from seed ${firstSeed}`, { timeout: schedules * 5000 }, async () => {
    const results: ScheduleResult[] = [];
    for (let seed = firstSeed; seed < firstSeed + schedules; seed += 1) {
      const result = await runSchedule(redis, seed, intact);
      if (result.violations.length > 0) {
        throw new Error(`seed ${seed}:\n${result.violations.join('\n')}\n\n${result.trace.join('\n')}`);
      }
      results.push(result);
    }
    if (process.env['TRACE'] !== undefined) console.log(results.map((r) => r.trace.join('\n')).join('\n\n'));
    const endings = results.flatMap((r) => r.endings);
    const count = (ending: string): number => endings.filter((e) => e === ending).length;
    const crashes = results.reduce((sum, r) => sum + r.crashes, 0);
    console.log(
      `${schedules} schedules, ${crashes} crashes: ${count('fixed')} fixed, ${count('healed')} healed, ${endings.length - count('fixed') - count('healed')} otherwise`,
    );
    if (schedules < 100) return;
    // Schedules that never get as far as a fix would prove nothing.
    expect(count('fixed')).toBeGreaterThan(schedules / 4);
    expect(crashes).toBeGreaterThan(schedules / 4);
  });
});
