import { z } from 'zod';
import type { RedisCommands } from './commands.ts';
import type { RedisKeys } from './keys.ts';

/** Marks that are kept: far more appends than happen between two looks at a point. */
export const keptMarks = 10_000;

/** KEYS: appends, marks. Returns `<number of appends> <mark of the last one>`. */
const pointScript = `
return (redis.call('GET', KEYS[1]) or '0') .. ' ' .. (redis.call('LINDEX', KEYS[2], 0) or '')
`;

/** KEYS: appends, marks. ARGV: number of appends, mark. A mark so old that it is not kept any more counts as held. */
const holdsScript = `
local back = tonumber(redis.call('GET', KEYS[1]) or '0') - tonumber(ARGV[1])
if back < 0 then return 0 end
if tonumber(ARGV[1]) == 0 or back >= ${keptMarks} then return 1 end
return redis.call('LINDEX', KEYS[2], back) == ARGV[2] and 1 or 0
`;

/**
 * By which a Redis that was restored from its own older copy, or failed over to one that lagged behind, is noticed: it has
 * the same epoch, but not the appends that were seen before; and what was appended since has other marks.
 */
export function createStorePoint(
  redis: RedisCommands,
  keys: RedisKeys,
): { point(): Promise<string>; holds(point: string): Promise<boolean> } {
  const names = [keys.appends, keys.marks];
  return {
    point: async () => z.string().parse(await redis.script(pointScript, names, [])),
    async holds(point) {
      const [appends = '', mark = ''] = point.split(' ');
      // Written by hand, or by a version that says it otherwise: it tells nothing.
      if (!/^\d+$/.test(appends)) return true;
      return (await redis.script(holdsScript, names, [appends, mark])) === 1;
    },
  };
}
