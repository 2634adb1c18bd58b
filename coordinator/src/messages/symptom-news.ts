import type { IncidentEvent } from '../domain/incident-event.ts';
import type { Symptom } from '../domain/symptom.ts';
import { countWords } from './count-words.ts';

/** The symptoms as they were told last before an event; none before the opening. */
export function symptomsBefore(events: readonly IncidentEvent[], n: number): readonly Symptom[] {
  const last = events.findLast((event) => event.n < n && 'symptoms' in event.body);
  return last !== undefined && 'symptoms' in last.body ? last.body.symptoms : [];
}

/** What an update says that was not known: a headline and lines; `lines` is empty where words do not tell the difference. */
export function symptomNews(
  before: readonly Symptom[],
  after: readonly Symptom[],
): { headline: string; lines: string[] } {
  const known = new Map(before.map((symptom) => [symptom.key, symptom]));
  const told = new Set(before.map(({ headline }) => headline));
  const headlines = [...new Set(after.map(({ headline }) => headline))].filter((text) => !told.has(text));
  const wider = after.flatMap((symptom) => {
    const earlier = known.get(symptom.key);
    return earlier === undefined || headlines.includes(symptom.headline) ? [] : growth(earlier, symptom);
  });
  const lines = [...new Set([...headlines, ...wider])].slice(0, 6);
  if (lines.length === 0) return { headline: 'Measured again: no different from before', lines };
  const headline = headlines.length > 0 ? 'The fault looks different now' : 'The fault reaches further now';
  return { headline, lines };
}

/** How much further a known symptom reaches, with its first number. */
function growth(before: Symptom, after: Symptom): string[] {
  const nodes = added(before.affected.nodes, after.affected.nodes);
  const namespaces = added(before.affected.namespaces, after.affected.namespaces);
  const paths = after.pathIds.length - before.pathIds.length;
  const more =
    nodes.length > 0
      ? `Also on ${listed(nodes)}`
      : namespaces.length > 0
        ? `Also in namespace ${listed(namespaces)}`
        : paths > 0
          ? `${countWords(after.pathIds.length, 'path')} affected, ${before.pathIds.length} before`
          : null;
  if (more === null) return [];
  const [number] = after.lines;
  return number === undefined || before.lines.includes(number) ? [more] : [more, number];
}

function added(before: readonly string[], after: readonly string[]): string[] {
  const known = new Set(before);
  return after.filter((name) => !known.has(name));
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
