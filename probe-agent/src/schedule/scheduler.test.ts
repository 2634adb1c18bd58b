import { expect, test } from 'vitest';
import type { ProbeOutcome } from '@pathmedic/shared/contract/outcome.ts';
import type { CheckSpec, ProbeSpec } from '@pathmedic/shared/contract/plan.ts';
import { createVirtualClock } from '@pathmedic/shared/runtime/virtual-clock.ts';
import { createScheduler } from './scheduler.ts';

const ok: ProbeOutcome = { kind: 'ok', phase: 'done', rttSeconds: 0.001 };

function spec(pathId: string, intervalMs: number, address = '10.0.0.1'): ProbeSpec {
  return { pathId, protocol: 'tcp', address, port: 8471, intervalMs, timeoutMs: 500, expect: null };
}

/** Random numbers that cover [0, 1) evenly and are the same in every run. */
function evenRandom(): () => number {
  let count = 0;
  return () => {
    count += 1;
    return (count * 0.618_033_988_749_895) % 1;
  };
}

interface Start {
  atMs: number;
  pathId: string;
  address: string;
}

function bench(options: { maxInFlight?: number; lagMs?: () => number; holdProbes?: boolean } = {}) {
  const clock = createVirtualClock();
  const starts: Start[] = [];
  const skipped: { pathId: string; reason: string; count: number }[] = [];
  const outcomes: { pathId: string; cause: string }[] = [];
  const checksDone: string[] = [];
  const held: (() => void)[] = [];
  const lagged = { ...clock, monotonicMs: () => clock.monotonicMs() + (options.lagMs?.() ?? 0) };
  const scheduler = createScheduler({
    clock: lagged,
    random: evenRandom(),
    maxInFlight: options.maxInFlight ?? 100,
    maxCheckProbesPerSecond: 20,
    probe(probeSpec) {
      starts.push({ atMs: clock.monotonicMs(), pathId: probeSpec.pathId, address: probeSpec.address });
      if (!options.holdProbes) return Promise.resolve(ok);
      return new Promise((resolve) => held.push(() => resolve(ok)));
    },
    onOutcome: (probeSpec, cause) =>
      outcomes.push({ pathId: probeSpec.pathId, cause: cause.kind === 'check' ? cause.nonce : 'slot' }),
    onSkipped: (probeSpec, _cause, reason, count) =>
      skipped.push({ pathId: probeSpec.pathId, reason, count }),
    onCheckPathDone: (nonce, probeSpec) => checksDone.push(`${nonce} ${probeSpec.pathId}`),
  });
  const startsOf = (pathId: string): number[] =>
    starts.filter((start) => start.pathId === pathId).map((start) => start.atMs);
  return { clock, scheduler, starts, startsOf, skipped, outcomes, checksDone, held };
}

test('each path is probed once an interval, and a new plan does not start in a burst', async () => {
  const { clock, scheduler, starts, startsOf } = bench();
  const paths = Array.from({ length: 20 }, (_, index) => spec(`p${index}`, 1_000));
  scheduler.apply({ probes: paths, checks: [] });
  await clock.advanceBy(10_000);
  for (const path of paths) {
    const times = startsOf(path.pathId);
    expect(times.length).toBeGreaterThanOrEqual(9);
    expect(times.length).toBeLessThanOrEqual(11);
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThan(700);
    expect(Math.max(...gaps)).toBeLessThan(1_300);
  }
  const firstSecond = starts
    .filter((start) => start.atMs < 1_000)
    .map((start) => Math.floor(start.atMs / 100));
  for (let part = 0; part < 10; part++) {
    expect(firstSecond.filter((value) => value === part).length).toBeLessThanOrEqual(6);
  }
});

test('paths with large packets, seldom as they are, are first probed soon', async () => {
  const { clock, scheduler, starts } = bench();
  const probes = Array.from({ length: 6 }, (_, index): ProbeSpec => {
    const { pathId, address, port, intervalMs, timeoutMs } = spec(`mtu${index}`, 20_000);
    const timing = { pathId, address, port, intervalMs, timeoutMs };
    return { ...timing, protocol: 'mtu', transport: 'udp', expect: null };
  });
  scheduler.apply({ probes, checks: [] });
  await clock.advanceBy(5_000);
  expect(starts).toEqual([]);
  await clock.advanceBy(10_000);
  expect(new Set(starts.map(({ pathId }) => pathId)).size).toBe(6);
});

test('a newer plan leaves the rhythm of a path alone, but probes its new target', async () => {
  const { clock, scheduler, starts, startsOf } = bench();
  scheduler.apply({ probes: [spec('stays', 1_000), spec('goes', 1_000)], checks: [] });
  await clock.advanceBy(2_500);
  const before = startsOf('stays').length;
  const goneAt = clock.monotonicMs();
  for (let version = 0; version < 20; version++) {
    scheduler.apply({ probes: [spec('stays', 1_000, `10.0.1.${version}`)], checks: [] });
    await clock.advanceBy(100);
  }
  expect(startsOf('stays').length - before).toBe(2);
  expect(starts.at(-1)?.address).toMatch(/^10\.0\.1\./);
  expect(startsOf('goes').filter((time) => time > goneAt)).toEqual([]);
});

test('slots missed by a stalled process are skipped and counted, not made up for in a burst', async () => {
  let stalledMs = 0;
  const { clock, scheduler, starts, skipped } = bench({ lagMs: () => stalledMs });
  scheduler.apply({ probes: Array.from({ length: 10 }, (_, index) => spec(`p${index}`, 1_000)), checks: [] });
  await clock.advanceBy(3_000);
  const before = starts.length;
  stalledMs = 30_000;
  await clock.advanceBy(1_200);
  expect(starts.length - before).toBeLessThanOrEqual(12);
  const missed = skipped
    .filter((entry) => entry.reason === 'late')
    .reduce((sum, entry) => sum + entry.count, 0);
  expect(missed).toBeGreaterThanOrEqual(290);
  expect(missed).toBeLessThanOrEqual(311);
});

test('no more probes run at once than allowed; what does not fit is counted', async () => {
  const { clock, scheduler, starts, skipped, held } = bench({ maxInFlight: 3, holdProbes: true });
  scheduler.apply({ probes: Array.from({ length: 10 }, (_, index) => spec(`p${index}`, 1_000)), checks: [] });
  await clock.advanceBy(1_200);
  expect(starts).toHaveLength(3);
  expect(scheduler.inFlight()).toBe(3);
  expect(skipped.filter((entry) => entry.reason === 'busy').length).toBeGreaterThanOrEqual(7);
  for (const release of held.splice(0)) release();
  await clock.advanceBy(1_000);
  expect(starts.length).toBeGreaterThan(3);
});

const check: CheckSpec = {
  nonce: 'nonce-000001',
  count: 5,
  spreadMs: 2_000,
  probes: [spec('a', 1_000), spec('b', 1_000)],
};

test('a check makes its probes once, spread out, and says when each path is complete', async () => {
  const { clock, scheduler, startsOf, outcomes, checksDone } = bench();
  scheduler.apply({ probes: [], checks: [check] });
  await clock.advanceBy(500);
  scheduler.apply({ probes: [], checks: [check] });
  await clock.advanceBy(10_000);
  for (const pathId of ['a', 'b']) {
    const times = startsOf(pathId);
    expect(times).toHaveLength(5);
    times.forEach((time, round) => {
      expect(time).toBeGreaterThanOrEqual(round * 400);
      expect(time).toBeLessThan((round + 1) * 400);
    });
  }
  expect(outcomes.every((outcome) => outcome.cause === check.nonce)).toBe(true);
  expect(checksDone.toSorted()).toEqual(['nonce-000001 a', 'nonce-000001 b']);
});

test('a check that would exceed the rate is stretched', async () => {
  const { clock, scheduler, starts, checksDone } = bench();
  scheduler.apply({ probes: [], checks: [{ ...check, count: 100, spreadMs: 0 }] });
  await clock.advanceBy(5_000);
  expect(starts.length).toBeGreaterThan(90);
  expect(starts.length).toBeLessThan(110);
  await clock.advanceBy(6_000);
  expect(starts).toHaveLength(200);
  expect(checksDone).toHaveLength(2);
});

test('a path of a check that the plan no longer wants ends early; the other paths go on', async () => {
  const { clock, scheduler, startsOf, checksDone } = bench();
  scheduler.apply({ probes: [], checks: [check] });
  await clock.advanceBy(500);
  const before = startsOf('a').length;
  scheduler.apply({ probes: [], checks: [{ ...check, probes: [spec('b', 1_000)] }] });
  await clock.advanceBy(5_000);
  expect(startsOf('a')).toHaveLength(before);
  expect(startsOf('b')).toHaveLength(5);
  expect(checksDone).toEqual(['nonce-000001 b']);
});

test('a check that was dropped and is wanted again runs again', async () => {
  const { clock, scheduler, startsOf, checksDone } = bench();
  scheduler.apply({ probes: [], checks: [check] });
  await clock.advanceBy(500);
  scheduler.apply({ probes: [], checks: [] });
  await clock.advanceBy(500);
  const before = startsOf('a').length;
  scheduler.apply({ probes: [], checks: [check] });
  await clock.advanceBy(5_000);
  expect(startsOf('a')).toHaveLength(before + 5);
  expect(checksDone).toHaveLength(2);
});

test('the last probe of a dropped check does not complete its successor', async () => {
  const { clock, scheduler, checksDone, held } = bench({ holdProbes: true });
  const single = { ...check, count: 1, probes: [spec('a', 1_000)] };
  scheduler.apply({ probes: [], checks: [single] });
  await clock.advanceBy(2_500);
  scheduler.apply({ probes: [], checks: [] });
  scheduler.apply({ probes: [], checks: [single] });
  for (const release of held.splice(0)) release();
  await clock.advanceBy(1);
  expect(checksDone).toEqual([]);
  await clock.advanceBy(2_500);
  for (const release of held.splice(0)) release();
  await clock.advanceBy(1);
  expect(checksDone).toEqual(['nonce-000001 a']);
});

test('stopping waits for probes in flight and starts no others', async () => {
  const { clock, scheduler, starts, outcomes, held } = bench({ holdProbes: true });
  scheduler.apply({ probes: [spec('a', 1_000)], checks: [] });
  await clock.advanceBy(1_300);
  let stopped = false;
  const stopping = scheduler.stop().then(() => (stopped = true));
  await clock.advanceBy(5_000);
  expect(stopped).toBe(false);
  for (const release of held) release();
  await stopping;
  expect(outcomes).toHaveLength(starts.length);
  expect(clock.pending()).toBe(0);
});
