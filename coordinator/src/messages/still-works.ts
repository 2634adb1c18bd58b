// Both sentences of pipeline/triage.ts; there is a test that they are still these.
const sentence = /^(Everything else answers: \d+ of \d+ other paths|\d+ of \d+ other paths answer)\.?$/;

/** The line of a triage that says what is not broken, or null. */
export function stillWorksLine(lines: readonly string[]): string | null {
  return lines.find((line) => sentence.test(line)) ?? null;
}
