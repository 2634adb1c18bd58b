import type { Incident } from '../domain/incident.ts';
import type { EventOf } from '../domain/incident-event.ts';
import { formatRef } from '../domain/object-ref.ts';
import { formatClockTime } from './clock-time.ts';

/** What somebody else made of a change of ours: told, never undone. The first line is the headline. */
export function revertedWords(
  body: EventOf<'reverted'>,
  incident: Incident,
): { headline: string; lines: string[] } {
  const plan = incident.proposals.find(({ proposal }) => proposal.id === body.proposalId);
  const step = plan?.proposal.steps[body.step];
  const what = step === undefined ? 'What was changed' : formatRef(step.mutation.target);
  const at = formatClockTime(body.atMs);
  return {
    headline: `${what} is no longer as the plan left it`,
    lines: [
      ...(step === undefined ? [] : [`The plan: ${step.title}`]),
      body.by === null
        ? `Noticed at ${at}; the object does not tell who changed it.`
        : `Changed by ${body.by} at ${at}.`,
      'pathmedic does not write it again. If the change has to stay, make it at its source.',
    ],
  };
}
