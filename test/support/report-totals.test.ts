import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pathmedic-totals-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function totals(...reports: (object | 'absent')[]) {
  const paths = reports.map((report, i) => {
    const path = join(folder, `${i}.json`);
    if (report === 'absent') rmSync(path, { force: true });
    else writeFileSync(path, JSON.stringify(report));
    return path;
  });
  const script = join(import.meta.dirname, 'report-totals.mjs');
  const { stdout, status } = spawnSync(process.execPath, [script, ...paths], { encoding: 'utf8' });
  return { lines: stdout.trimEnd().split('\n'), status };
}

function file(status: string, ...tests: string[]) {
  return {
    name: 'a.test.ts',
    status,
    assertionResults: tests.map((state) => ({ status: state, fullName: `a test that ${state}` })),
  };
}

it('adds the reports up', () => {
  const unit = {
    numPassedTests: 3,
    numFailedTests: 0,
    success: true,
    testResults: [file('passed', 'passed')],
  };
  const e2e = { numPassedTests: 2, numFailedTests: 0 };
  expect(totals(unit, e2e)).toEqual({ lines: ['5 passed, 0 failed'], status: 0 });
});

it('fails on a failed test', () => {
  const report = { numPassedTests: 3, numFailedTests: 1, testResults: [file('failed', 'failed')] };
  expect(totals(report)).toEqual({ lines: ['3 passed, 1 failed'], status: 1 });
});

it('counts a file that did not load as a failure, although the runner counts no failed test', () => {
  const report = { numPassedTests: 3, numFailedTests: 0, success: false, testResults: [file('failed')] };
  const { lines, status } = totals(report);
  expect([lines.at(-1), status]).toEqual(['3 passed, 1 failed', 1]);
});

it.each([
  [
    'a skipped test',
    { numPassedTests: 3, numFailedTests: 0, testResults: [file('passed', 'passed', 'skipped')] },
  ],
  ['an error outside of the tests', { numPassedTests: 3, numFailedTests: 0, success: false }],
  ['a report that was not written', 'absent' as const],
  ['no test at all', { numPassedTests: 0, numFailedTests: 0 }],
])('does not pass with %s', (_, report) => {
  const { lines, status } = totals(report);
  expect(lines.at(-1)).toMatch(/^\d passed, 0 failed$/);
  expect(status).toBe(1);
});
