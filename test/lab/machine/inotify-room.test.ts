import { watch } from 'node:fs';
import { expect, it } from 'vitest';
import { assertInotifyRoom, readInotifyUse } from './inotify-room.ts';

it('lets nodes in as long as there is room, and says what makes room', () => {
  expect(() => assertInotifyRoom({ limit: 128, used: 93 }, 3)).not.toThrow();
  expect(() => assertInotifyRoom({ limit: 128, used: 125 }, 3)).toThrow(
    /125 of .* 128 .*sysctl -w fs.inotify.max_user_instances=1024/,
  );
  expect(() => assertInotifyRoom({ limit: 128, used: 128 }, 0)).not.toThrow();
});

it('counts what is in use', async () => {
  const watcher = watch('/proc/self');
  try {
    const { limit, used } = await readInotifyUse();
    expect(used).toBeGreaterThan(0);
    expect(limit).toBeGreaterThan(0);
  } finally {
    watcher.close();
  }
});
