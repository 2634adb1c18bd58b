import type { Incident } from '../domain/incident.ts';
import { noActionWords } from '../messages/ending.ts';
import { joinSteps, sentence } from '../messages/join-texts.ts';

/** Cause and fix in at most three sentences, for the close-out. Pure. */
export function closingSummary(incident: Incident, how: 'fixed' | 'healed'): string {
  const cause = incident.diagnosis?.causes.find((c) => c.id !== 'other');
  if (how === 'healed') {
    const looked = cause === undefined ? '' : ` What it looked like: ${cause.summary}`;
    return `It went away by itself; ${noActionWords(incident)}.${looked}`.slice(0, 600);
  }
  const fix = incident.written
    .filter((w) => w.atMs >= incident.roundStartedAtMs)
    .flatMap(
      (w) =>
        incident.proposals.find((p) => p.proposal.id === w.proposalId)?.proposal.steps[w.step]?.title ?? [],
    );
  const because = cause === undefined ? '' : `${sentence(cause.summary)} `;
  return `${because}Fix: ${joinSteps(fix)}.`.slice(0, 600);
}
