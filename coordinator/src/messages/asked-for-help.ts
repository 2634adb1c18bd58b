import type { IncidentEvent } from '../domain/incident-event.ts';

/** What is recorded as said by the person who clicks "Need help". */
export const askedForHelpText = 'I need help with this.';

/** Whether an answer is the call for help that such a click causes: both are appended together. */
export function isCallForHelp(event: IncidentEvent, events: readonly IncidentEvent[]): boolean {
  const before = events[event.n - 2];
  return (
    event.body.type === 'answered' && before?.body.type === 'said' && before.body.text === askedForHelpText
  );
}
