import type { JSX } from 'preact';
import type { IncidentPage } from '@pathmedic/shared/contract/console.ts';
import { Icon } from './icon.tsx';

/** How it ended, with the head of the audit chain. */
export function Closing({ page }: { page: IncidentPage }): JSX.Element | null {
  const { closing } = page;
  if (closing === null) return null;
  return (
    <section class="card closing" aria-labelledby="closing-title">
      <h2 id="closing-title" class="column-title tone-good-text">
        <Icon name="check" /> {closing.words}
      </h2>
      <p>{closing.summary}</p>
      <p class="dim audit">
        Audit chain <code>{closing.auditHead}</code>
      </p>
    </section>
  );
}
