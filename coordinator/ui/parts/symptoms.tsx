import type { JSX } from 'preact';
import type { IncidentPage } from '@pathmedic/shared/contract/console.ts';
import { timeOfDay } from '../live/time.ts';

/** What was seen, and what was known right after the opening. */
export function Symptoms({ page }: { page: IncidentPage }): JSX.Element | null {
  const { symptoms, triage, reach } = page;
  return (
    <section class="card" aria-labelledby="symptoms-title">
      <h2 id="symptoms-title" class="column-title">
        What was seen
      </h2>
      {symptoms.map((symptom) => (
        <article key={symptom.headline} class="symptom">
          <p class="lead">
            {symptom.headline} <span class="dim num">since {timeOfDay(symptom.sinceMs)} UTC</span>
          </p>
          <Lines lines={symptom.lines} />
        </article>
      ))}
      {triage !== null && triage.lines.length + triage.unknown.length > 0 && (
        <>
          <h3>First look</h3>
          <Lines lines={triage.lines} />
          {triage.unknown.length > 0 && (
            <p class="unseen">
              <strong>Could not see:</strong> {triage.unknown.join('; ')}
            </p>
          )}
        </>
      )}
      {reach.objects.length > 0 && (
        <>
          <h3>Objects</h3>
          <p class="objects">
            {reach.objects.map((name) => (
              <code key={name}>{name}</code>
            ))}
          </p>
        </>
      )}
    </section>
  );
}

function Lines({ lines }: { lines: readonly string[] }): JSX.Element {
  return (
    <ul class="plain">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}
