import { describe, expect, it } from 'vitest';
import type { PathVerdict } from './health.ts';
import { judgePath, losesNow, unknownVerdict } from './health.ts';
import type { PathSample } from './path-history.ts';
import { defaultSettings as settings } from './settings.ts';

const windowMs = 5000;

/** Windows `sent/lost`, one after the other; the first ends at 5 s. */
function windows(...counts: string[]): PathSample[] {
  return counts.map((count, at) => {
    const [sent = 0, lost = 0] = count.split('/').map(Number);
    return { receivedMs: (at + 1) * windowMs, windowMs, sent, lost, failures: new Map([['timeout', lost]]) };
  });
}

/** Judges after each window, as it comes in. */
function judgeAll(samples: readonly PathSample[], start = unknownVerdict(0)): PathVerdict[] {
  const verdicts: PathVerdict[] = [];
  let verdict = start;
  for (const [at, sample] of samples.entries()) {
    const seen = samples.slice(Math.max(0, at + 1 - settings.keepWindows), at + 1);
    verdict = judgePath(verdict, seen, () => seen, sample.receivedMs, settings);
    verdicts.push(verdict);
  }
  return verdicts;
}

const states = (verdicts: readonly PathVerdict[]): string => verdicts.map(({ state }) => state[0]).join('');

describe('the state of a path', () => {
  it('is healthy with single losses, failing as soon as three probes in a row of bad windows are lost', () => {
    expect(states(judgeAll(windows('3/0', '3/1', '3/0', '3/0')))).toBe('hhhh');
    const verdicts = judgeAll(windows('3/0', '3/0', '3/2', '3/3'));
    expect(states(verdicts)).toBe('hhhf');
    // It began in the window in which it was first bad.
    expect(verdicts.at(-1)).toMatchObject({ sinceMs: 10_000, loss: 'full', foundMs: 20_000 });
  });

  it('counts the losses of all protocols between the same ends together', () => {
    const own = windows('1/0', '1/0', '1/1');
    const healthy = judgePath(unknownVerdict(0), own.slice(0, 2), () => own.slice(0, 2), 10_000, settings);
    const alone = judgePath(healthy, own, () => own, 15_000, settings);
    expect(alone.state).toBe('healthy');
    const twins = windows('3/0', '3/0', '3/3');
    expect(judgePath(healthy, own, () => twins, 15_000, settings).state).toBe('failing');
    const fine = windows('3/0', '3/0', '3/0');
    const unhurt = windows('1/0', '1/0', '1/0');
    expect(judgePath(healthy, unhurt, () => twins, 15_000, settings).state).toBe('healthy');
    expect(judgePath(healthy, own, () => fine, 15_000, settings).state).toBe('healthy');
  });

  it('adds up partial loss over rounds, but not one bad moment', () => {
    const lossy = Array.from({ length: 12 }, (_, at) => (at % 2 === 0 ? '5/1' : '5/0'));
    const verdicts = judgeAll(windows(...lossy));
    expect(verdicts.at(-1)).toMatchObject({ state: 'failing', loss: 'partial' });
    expect(states(judgeAll(windows('5/2', ...Array.from({ length: 20 }, () => '5/0'))))).not.toContain('f');
  });

  it('heals by enough clean probes for the loss at hand', () => {
    const full = judgeAll(windows('3/0', '3/3', '3/3', '3/0', '3/0'));
    expect(states(full)).toBe('hfffh');
    const partial = Array.from({ length: 12 }, (_, at) => (at % 2 === 0 ? '5/1' : '5/0'));
    const after = judgeAll(windows(...partial, ...Array.from({ length: 12 }, () => '5/0')));
    expect(states(after.slice(10, 14))).toBe('ffff');
    expect(after.at(-1)).toMatchObject({ state: 'healthy', loss: 'none', foundMs: null });
  });

  it('does not count what was lost before it healed a second time', () => {
    const flapping = ['3/0', '3/3', '3/3', '3/0', '3/0', '3/0', '3/1', '3/0'];
    expect(states(judgeAll(windows(...flapping)))).toBe('hfffhhhh');
  });

  it('becomes unknown without reports and goes on where it was when they return', () => {
    const samples = windows('3/0', '3/3', '3/3');
    const failing = judgeAll(samples).at(-1) ?? unknownVerdict(0);
    const silent = judgePath(failing, samples, () => samples, 40_000, settings);
    expect(silent).toMatchObject({ state: 'unknown', loss: 'full' });
    const back = [...samples, { ...(samples[2] ?? samples[0]), receivedMs: 45_000 } as PathSample];
    expect(judgePath(silent, back, () => back, 45_000, settings)).toMatchObject({
      state: 'failing',
      sinceMs: 5000,
    });
  });

  it('is held back while it has never worked, for a minute', () => {
    const never = windows(...Array.from({ length: 16 }, () => '3/3'));
    const verdicts = judgeAll(never);
    expect(states(verdicts.slice(0, 12))).toBe('u'.repeat(12));
    expect(verdicts[13]?.state).toBe('failing');
  });

  it('says whether a failing path still loses now', () => {
    const samples = windows('3/0', '3/3', '3/3', '3/0');
    const verdict = judgeAll(samples).at(-1) ?? unknownVerdict(0);
    expect(verdict.state).toBe('failing');
    expect(losesNow(verdict, samples)).toBe(false);
    expect(losesNow(verdict, samples.slice(0, 3))).toBe(true);
  });
});
