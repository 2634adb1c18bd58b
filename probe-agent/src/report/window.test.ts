import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OutcomeKind } from '@pathmedic/shared/contract/outcome.ts';
import type { ProbeOutcome } from '@pathmedic/shared/contract/outcome.ts';
import { PathWindow, Report } from '@pathmedic/shared/contract/report.ts';
import { checkKey } from '../schedule/check-rounds.ts';
import { createWindowBuilder } from './window-builder.ts';
import { addOutcome, emptyTally, quantile, toPathWindow } from './window.ts';

const outcomeArbitrary: fc.Arbitrary<ProbeOutcome> = fc.record(
  {
    kind: fc.constantFrom(...OutcomeKind.options),
    phase: fc.constantFrom('local', 'connect', 'send', 'wait', 'identify', 'done'),
    rttSeconds: fc.double({ min: 0, max: 10, noNaN: true }),
    detail: fc.string({ maxLength: 120 }),
  },
  { requiredKeys: ['kind', 'phase', 'rttSeconds'] },
);

test('whatever happens in a window, the result is valid and its counts add up', () => {
  fc.assert(
    fc.property(fc.array(outcomeArbitrary, { maxLength: 400 }), (outcomes) => {
      const window = PathWindow.parse(toPathWindow('pod|tcp|a|b', outcomes.reduce(addOutcome, emptyTally)));
      const failed = Object.values(window.failures).reduce((sum, value) => sum + (value ?? 0), 0);
      expect(window.sent).toBe(outcomes.length);
      expect(window.ok + failed).toBe(window.sent);
      expect(window.rtt === undefined).toBe(window.ok === 0);
      if (window.rtt !== undefined) {
        expect(window.rtt.p50Seconds).toBeLessThanOrEqual(window.rtt.p95Seconds);
        expect(window.rtt.p95Seconds).toBeLessThanOrEqual(window.rtt.maxSeconds);
      }
    }),
  );
});

test('what the last probe found out about sizes is in the window', () => {
  const lost = (passesBytes: number | null): ProbeOutcome => ({
    kind: 'large-lost',
    phase: 'wait',
    rttSeconds: 1,
    sizeLoss: { direction: 'both', mtuBytes: 1450, passesBytes },
  });
  const plain: ProbeOutcome = { kind: 'timeout', phase: 'wait', rttSeconds: 1 };
  const window = toPathWindow('mtu|udp|a|b', [lost(1300), lost(1350), plain].reduce(addOutcome, emptyTally));
  expect(PathWindow.parse(window).sizeLoss).toEqual({ direction: 'both', mtuBytes: 1450, passesBytes: 1350 });
});

test('quantiles are values that were measured: nearest rank', () => {
  const sorted = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  expect([0.5, 0.95, 1].map((share) => quantile(sorted, share))).toEqual([5, 10, 10]);
  expect(quantile([7], 0.5)).toBe(7);
});

test('samples show different failures rather than one many times', () => {
  const failure = (detail: string): ProbeOutcome => ({
    kind: 'dns-rcode',
    phase: 'identify',
    rttSeconds: 0,
    detail,
  });
  const tally = ['SERVFAIL', 'SERVFAIL', 'REFUSED', 'SERVFAIL', 'NODATA', 'NXDOMAIN']
    .map(failure)
    .reduce(addOutcome, emptyTally);
  expect(tally.samples.map((sample) => sample.detail)).toEqual(['SERVFAIL', 'REFUSED', 'NODATA']);
});

test('the result of a check goes out complete, with its nonce, apart from the slots, until it is no longer wanted', () => {
  const builder = createWindowBuilder();
  const ok: ProbeOutcome = { kind: 'ok', phase: 'done', rttSeconds: 0.002 };
  builder.retainChecks(new Set([checkKey('nonce-000001', 'p')]));
  builder.addSlot('p', ok);
  builder.addCheck('nonce-000001', 'p', ok);
  expect(builder.take()).toMatchObject({ paths: [{ pathId: 'p', sent: 1 }], checks: [] });
  builder.addCheck('nonce-000001', 'p', { ...ok, kind: 'timeout' });
  builder.checkPathDone('nonce-000001', 'p');
  builder.checkPathDone('nonce-of-nobody', 'p');
  const result = { nonce: 'nonce-000001', pathId: 'p', sent: 2, ok: 1, failures: { timeout: 1 } };
  expect(builder.take()).toMatchObject({ paths: [], checks: [result] });
  expect(builder.take()).toMatchObject({ paths: [], checks: [result] });
  builder.retainChecks(new Set());
  builder.addCheck('nonce-000001', 'p', ok);
  builder.retainChecks(new Set([checkKey('nonce-000001', 'p')]));
  builder.checkPathDone('nonce-000001', 'p');
  expect(builder.take()).toMatchObject({ checks: [{ sent: 0 }] });
  builder.retainChecks(new Set());
  expect(builder.take()).toEqual({ paths: [], checks: [] });
});

test('more check results than a report may carry do not make it invalid', () => {
  const builder = createWindowBuilder();
  const paths = Array.from({ length: 2_500 }, (_, index) => `p|${index}`);
  builder.retainChecks(new Set(paths.map((path) => checkKey('nonce-000001', path))));
  for (const path of paths) builder.checkPathDone('nonce-000001', path);
  expect(Report.shape.checks.safeParse(builder.take().checks).success).toBe(true);
});
