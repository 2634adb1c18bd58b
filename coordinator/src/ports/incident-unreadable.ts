/**
 * The incident's stream holds an event that this build cannot read. `unknown-version`: a newer replica wrote it, and
 * works on it; leave the incident alone. `invalid`: the stream is damaged; a person has to look.
 */
export class IncidentUnreadable extends Error {
  override readonly name = 'IncidentUnreadable';
  readonly incidentId: string;
  readonly reason: 'unknown-version' | 'invalid';

  constructor(incidentId: string, reason: 'unknown-version' | 'invalid', detail: string) {
    super(`incident ${incidentId}: ${detail}`);
    this.incidentId = incidentId;
    this.reason = reason;
  }
}
