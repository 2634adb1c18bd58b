// Adds up the JSON reports that the test runners wrote themselves; the last line is `N passed, N failed`.
// Exit status 1 if a test failed, was skipped, or if a report is missing: CI may skip nothing.
//
//   node test/support/report-totals.mjs REPORT.json...
import { readFileSync } from 'node:fs';

/**
 * @typedef {object} Assertion
 * @property {string} status
 * @property {string} fullName
 */
/**
 * What vitest writes; the e2e runner writes only the first two.
 * @typedef {object} Report
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {boolean} [success]
 * @property {{ name: string, status: string, message?: string, assertionResults: Assertion[] }[]} [testResults]
 */

let passed = 0;
let failed = 0;
/** @type {string[]} */
const complaints = [];

for (const path of process.argv.slice(2)) {
  const report = read(path);
  if (report === undefined) {
    complaints.push(`${path} was not written: its tests did not run to the end`);
    continue;
  }
  const brokenFiles = (report.testResults ?? []).filter(failedOutsideOfTests);
  passed += report.numPassedTests;
  failed += report.numFailedTests + brokenFiles.length;
  for (const file of brokenFiles) complaints.push(`failed to load: ${file.name}`);
  for (const file of report.testResults ?? []) {
    for (const test of file.assertionResults) {
      if (!['passed', 'failed'].includes(test.status)) complaints.push(`${test.status}: ${test.fullName}`);
    }
  }
  if (report.success === false && report.numFailedTests + brokenFiles.length === 0) {
    complaints.push(`${path} says that the run failed outside of its tests`);
  }
}

for (const complaint of complaints) console.log(complaint);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || complaints.length > 0 || passed === 0 ? 1 : 0;

/**
 * @param {string} path
 * @returns {Report | undefined}
 */
function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** @param {NonNullable<Report['testResults']>[number]} file */
function failedOutsideOfTests(file) {
  return file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed');
}
