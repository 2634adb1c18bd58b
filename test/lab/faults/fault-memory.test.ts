import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { faultMemory, rememberOnce } from './fault-memory.ts';
import type { FaultPlace } from './fault.ts';

let dir = '';
beforeEach(async () => void (dir = await mkdtemp(join(tmpdir(), 'fault-memory-'))));
afterEach(() => rm(dir, { recursive: true, force: true }));

it('keeps what was there before the first of two injections, also for another process', async () => {
  const at = (fault: string): FaultPlace => faultMemory(join(dir, 'node2'), fault) as FaultPlace;
  await rememberOnce(at('a'), 'Corefile', () => Promise.resolve('whole\n'));
  expect(await rememberOnce(at('a'), 'Corefile', () => Promise.resolve('broken\n'))).toBe('whole\n');
  expect(await at('a').recall('Corefile')).toBe('whole\n');
  expect(await at('b').recall('Corefile')).toBeNull();
  await at('a').forget('Corefile');
  await at('a').forget('Corefile');
  expect(await at('a').recall('Corefile')).toBeNull();
});
