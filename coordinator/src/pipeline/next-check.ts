import type { Incident, PassState } from '../domain/incident.ts';
import type { NextStep, Surroundings } from './work-step.ts';
import type { PipelineSettings } from './settings.ts';

const pollMs = 1000;
/** A heal that does not hold is checked so many times before people are asked. */
const maxFailedRecoveryPasses = 3;
/** After so many failed checks only people, or a return and a new recovery, move it on. */
const maxFailedPassesWhileAsked = 8;

/** After a plan was carried out: the two checks, once the fix had a moment to show. */
export function verify(incident: Incident, around: Surroundings, settings: PipelineSettings): NextStep {
  const failed = incident.passes.find((p) => p.ended?.outcome.ok === false);
  if (failed !== undefined) return { do: 'ask-help', reason: failedFix(incident, failed) };
  const status = incident.execution?.status;
  const endedAtMs = status?.at === 'ended' ? status.atMs : around.nowMs;
  // A change that silences the agents must not be waited for in silence.
  const last = incident.passes.at(-1);
  const blindSinceMs = last === undefined ? endedAtMs : (last.ended?.atMs ?? around.nowMs);
  const patienceMs = settings.verifyGraceMs + settings.passTimeoutMs;
  if (!around.sensingComplete && around.nowMs >= blindSinceMs + patienceMs) {
    return {
      do: 'ask-help',
      reason: 'It cannot be seen whether the fix helped: too few agents report since.',
    };
  }
  if (incident.passes.length === 0 && !incident.symptomsGone) {
    const untilMs = endedAtMs + settings.verifyGraceMs;
    if (around.nowMs < untilMs)
      return {
        do: 'wait',
        untilMs: Math.min(untilMs, around.nowMs + pollMs),
        why: 'the fix needs a moment to show',
      };
  }
  return passes(incident, around, settings, 'fixed');
}

function failedFix({ execution }: Incident, { pass }: PassState): string {
  const unclear = execution?.status.at === 'ended' && execution.status.result === 'unknown';
  return unclear
    ? `It is not known how far the plan came, and check ${pass} of 2 failed.`
    : `The fix did not hold: check ${pass} of 2 failed.`;
}

/** After it healed by itself: the two checks, repeated a few times when they fail. */
export function confirmRecovery(
  incident: Incident,
  around: Surroundings,
  settings: PipelineSettings,
): NextStep {
  const failed = incident.passes.find((p) => p.ended?.outcome.ok === false);
  if (failed === undefined) return passes(incident, around, settings, healedBy(incident));
  if (incident.failedPasses >= maxFailedRecoveryPasses) {
    return {
      do: 'ask-help',
      reason: `It looks healed, but ${incident.failedPasses} checks in a row still failed.`,
    };
  }
  const againMs = (failed.ended?.atMs ?? around.nowMs) + settings.passGapMs;
  if (around.nowMs < againMs) return { do: 'wait', untilMs: againMs, why: 'a check failed; it is repeated' };
  return { do: 'start-pass', pass: 1 };
}

/**
 * People are asked, but the symptoms went away before: nothing will say so again, so it is checked now and then and closed
 * when it stays away.
 */
export function whilePeopleAreAsked(
  incident: Incident,
  around: Surroundings,
  settings: PipelineSettings,
): NextStep {
  const idle = { do: 'wait', untilMs: null, why: 'people are asked' } as const;
  if (!incident.symptomsGone || incident.failedPasses >= maxFailedPassesWhileAsked) return idle;
  const failed = incident.passes.find((p) => p.ended?.outcome.ok === false);
  if (incident.passes.length > 0 && failed === undefined) {
    return passes(incident, around, settings, healedBy(incident));
  }
  const sinceMs = failed?.ended?.atMs ?? Math.max(incident.help?.atMs ?? 0, incident.escalation?.atMs ?? 0);
  const againMs = sinceMs + settings.askedRecheckMs;
  if (around.nowMs < againMs)
    return { do: 'wait', untilMs: againMs, why: 'it is checked again while people are asked' };
  return { do: 'start-pass', pass: 1 };
}

/** A plan that took effect before the symptoms went away is the fix, also when people had to be asked in between. */
function healedBy(incident: Incident): 'fixed' | 'healed' {
  return incident.written.some((w) => w.atMs >= incident.roundStartedAtMs) ? 'fixed' : 'healed';
}

function passes(
  incident: Incident,
  around: Surroundings,
  settings: PipelineSettings,
  how: 'fixed' | 'healed',
): NextStep {
  const last = incident.passes.at(-1);
  const blind = {
    do: 'wait',
    untilMs: around.nowMs + pollMs,
    why: 'the agents have not all reported yet',
  } as const;
  if (last === undefined) return around.sensingComplete ? { do: 'start-pass', pass: 1 } : blind;
  if (last.ended === null) {
    // A leader that has just taken over asked for the probes again; until it sees, no answer means nothing.
    if (!around.sensingComplete && around.nowMs < last.deadlineMs + settings.passTimeoutMs) return blind;
    if (around.passResultsIn || around.nowMs >= last.deadlineMs) return { do: 'judge-pass', pass: last };
    return {
      do: 'wait',
      untilMs: Math.min(last.deadlineMs, around.nowMs + pollMs),
      why: 'probes of the check are on their way',
    };
  }
  if (last.pass === 1) {
    const secondAtMs = last.ended.atMs + settings.passGapMs;
    if (around.nowMs < secondAtMs)
      return { do: 'wait', untilMs: secondAtMs, why: 'the second check follows 30 s after the first' };
    return around.sensingComplete ? { do: 'start-pass', pass: 2 } : blind;
  }
  return { do: 'close', how };
}
