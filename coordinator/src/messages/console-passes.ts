import type { PassView } from '@pathmedic/shared/contract/console.ts';
import type { Incident, PassState } from '../domain/incident.ts';
import { passName, passNumbers } from './event-line.ts';

/** Both verification passes: those that ran, and those still to come with their time where it is known. */
export function passViews(incident: Incident, passGapMs: number): PassView[] {
  const checking = incident.phase === 'verifying' || incident.phase === 'recovering';
  const [first, second] = [1, 2].map((n) => incident.passes.find(({ pass }) => pass === n));
  if (first === undefined) return checking ? [planned(1, null), planned(2, null)] : [];
  if (second !== undefined) return [ranPass(first), ranPass(second)];
  if (!checking) return [ranPass(first)];
  const secondAtMs = first.ended?.outcome.ok === true ? first.ended.atMs + passGapMs : null;
  return [ranPass(first), planned(2, secondAtMs)];
}

function planned(pass: 1 | 2, startsAtMs: number | null): PassView {
  const words = `${passName(pass)} ${pass === 1 ? 'follows when the change has settled' : 'follows 30 s after the first'}`;
  return { pass, at: 'planned', startsAtMs, deadlineMs: null, endedAtMs: null, words, problems: [] };
}

function ranPass(pass: PassState): PassView {
  const { startedAtMs: startsAtMs, deadlineMs, ended } = pass;
  if (ended === null) {
    const words = `${passName(pass.pass)} is running: fresh probes on ${pass.paths} ${pass.paths === 1 ? 'path' : 'paths'}`;
    return { pass: pass.pass, at: 'running', startsAtMs, deadlineMs, endedAtMs: null, words, problems: [] };
  }
  const { ok, problems } = ended.outcome;
  const words = `${passName(pass.pass)} ${ok ? 'passed' : 'did not pass'}: ${passNumbers(ended.outcome)}`;
  const at = ok ? 'passed' : 'failed';
  return {
    pass: pass.pass,
    at,
    startsAtMs,
    deadlineMs,
    endedAtMs: ended.atMs,
    words,
    problems: [...problems],
  };
}
