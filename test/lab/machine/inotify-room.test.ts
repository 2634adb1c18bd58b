import { watch } from 'node:fs';
import { expect, it } from 'vitest';
import { assertInotifyRoom, readInotifyUse } from './inotify-room.ts';

it('lets nodes in as long as there is room, and says what makes room', () => {
  const lab = { nodes: 3, controlPlane: true };
  expect(() => assertInotifyRoom({ limit: 128, used: 97 }, lab)).not.toThrow();
  expect(() => assertInotifyRoom({ limit: 128, used: 98 }, lab)).toThrow(
    /98 of .* 128 .* 31 more .*sysctl -w fs.inotify.max_user_instances=1024/,
  );
  expect(() => assertInotifyRoom({ limit: 128, used: 121 }, { nodes: 1, controlPlane: false })).not.toThrow();
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
