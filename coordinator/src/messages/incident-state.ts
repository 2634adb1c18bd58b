import type { Incident } from '../domain/incident.ts';

/** What a colour stands for; each has one meaning everywhere, and never stands alone. */
export type Tone = 'broken' | 'waiting' | 'working' | 'good' | 'help' | 'quiet';

/** Where an incident stands: icon for a first line, words that stand alone, tone for a coloured surface. */
export interface IncidentState {
  icon: string;
  words: string;
  tone: Tone;
}

/** The state of an incident as people read it. */
export function incidentState(
  incident: Pick<Incident, 'phase' | 'closed' | 'takenOverBy' | 'symptomsGone'>,
): IncidentState {
  const state = phaseState(incident.phase, incident.closed?.how ?? null);
  if (incident.phase === 'closed' || incident.takenOverBy === null) return state;
  const who = incident.takenOverBy.type === 'person' ? `@${incident.takenOverBy.name}` : 'a person';
  return { icon: '👤', words: `Taken over by ${who}`, tone: 'waiting' };
}

/** The state by phase alone, for lists that do not load the whole incident. */
export function phaseState(
  phase: Incident['phase'],
  closedHow: 'fixed' | 'healed' | 'by-person' | null = null,
): IncidentState {
  switch (phase) {
    case 'new':
    case 'triaged':
      return { icon: '🔴', words: 'Looking into it', tone: 'broken' };
    case 'diagnosed':
      return { icon: '🟠', words: 'Cause ranked, deciding what to propose', tone: 'waiting' };
    case 'drafted':
      return { icon: '🟠', words: 'A plan is drafted, its card follows', tone: 'waiting' };
    case 'awaiting-approval':
      return { icon: '🟠', words: 'Waiting for approval', tone: 'waiting' };
    case 'approved':
      return { icon: '🔧', words: 'Approved, about to start', tone: 'working' };
    case 'executing':
      return { icon: '🔧', words: 'Fixing', tone: 'working' };
    case 'verifying':
      return { icon: '🔎', words: 'Checking the fix', tone: 'working' };
    case 'recovering':
      return { icon: '🔎', words: 'Symptoms gone, checking that it stays so', tone: 'working' };
    case 'needs-help':
      return { icon: '🆘', words: 'Needs help', tone: 'help' };
    case 'escalated':
      return { icon: '🟠', words: 'Needs a cluster owner', tone: 'help' };
    case 'closed':
      return { icon: '✅', words: closedWords(closedHow), tone: 'good' };
  }
}

function closedWords(how: 'fixed' | 'healed' | 'by-person' | null): string {
  switch (how) {
    case 'fixed':
      return 'Resolved';
    case 'healed':
      return 'Gone by itself';
    case 'by-person':
      return 'Closed by a person';
    case null:
      return 'Closed';
  }
}
