import { expect, it } from 'vitest';
import { progress } from './progress.ts';

it('tells what takes long, and only news', () => {
  const lines: string[] = [];
  let nowMs = 0;
  const tell = progress(
    (line) => lines.push(line),
    () => nowMs,
  );
  for (const [atMs, waitingFor] of [
    [100, 'a'],
    [2900, 'a'],
    [3100, 'a'],
    [3200, 'b'],
    [6300, 'a'],
    [6400, 'b'],
    [9400, 'b'],
  ] as const) {
    nowMs = atMs;
    tell(waitingFor);
  }
  expect(lines).toEqual(['waiting for a', 'waiting for b']);
});
