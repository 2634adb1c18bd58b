import type { Incident } from '../domain/incident.ts';
import type { NetworkSnapshot } from '../domain/network.ts';
import { noActionWords } from '../messages/ending.ts';
import { joinSteps, sentence } from '../messages/join-texts.ts';
import { leftWords, neededEvidence } from '../sensing/needed-evidence.ts';

/** Cause and fix in at most three sentences, and what could not be checked, for the close-out. Pure. */
export function closingSummary(
  incident: Incident,
  how: 'fixed' | 'healed',
  judged: NetworkSnapshot['judged'],
): string {
  const { left } = neededEvidence(incident.symptoms, judged);
  const unchecked = left.length === 0 ? '' : ` Not checked: ${leftWords(left)}.`;
  return `${story(incident, how).slice(0, 600 - unchecked.length)}${unchecked}`;
}

function story(incident: Incident, how: 'fixed' | 'healed'): string {
  const cause = incident.diagnosis?.causes.find((c) => c.id !== 'other');
  if (how === 'healed') {
    const looked = cause === undefined ? '' : ` What it looked like: ${cause.summary}`;
    return `It went away by itself; ${noActionWords(incident)}.${looked}`;
  }
  const fix = incident.written
    .filter((w) => w.atMs >= incident.roundStartedAtMs)
    .flatMap(
      (w) =>
        incident.proposals.find((p) => p.proposal.id === w.proposalId)?.proposal.steps[w.step]?.title ?? [],
    );
  const because = cause === undefined ? '' : `${sentence(cause.summary)} `;
  return `${because}Fix: ${joinSteps(fix)}.`;
}
