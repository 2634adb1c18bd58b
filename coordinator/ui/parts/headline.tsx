import type { JSX } from 'preact';
import type { IncidentPage } from '@pathmedic/shared/contract/console.ts';
import { dateTime, duration, useServerNow } from '../live/time.ts';
import { Icon } from './icon.tsx';
import { StateBadge } from './state-badge.tsx';
import { followLocally } from './top-bar.tsx';

/** What is broken, for whom, since when, how far it reaches, where it stands. */
export function Headline({ page }: { page: IncidentPage }): JSX.Element {
  const open = page.closedAtMs === null;
  const nowMs = useServerNow(open);
  const lastedMs = (page.closedAtMs ?? nowMs) - page.sinceMs;
  return (
    <section class={`headline edge-${page.state.tone}`}>
      <p class="crumbs">
        <a href="/" onClick={followLocally}>
          <Icon name="arrow" size={12} /> All incidents
        </a>
      </p>
      <div class="headline-state" role="status">
        <StateBadge state={page.state} />
        {page.reopened > 0 && <span class="dim">opened again {times(page.reopened)}</span>}
      </div>
      <h1>{page.title}</h1>
      <p class="headline-meta">
        <span class="num">
          <Icon name="clock" size={14} /> Since {dateTime(page.sinceMs, nowMs)}
          <span class="dim"> · {open ? `for ${duration(lastedMs)}` : `lasted ${duration(lastedMs)}`}</span>
        </span>
        <span>
          <Icon name="flag" size={14} /> {page.reach.words}
        </span>
        <a class="write-up" href={`/v1/incidents/${encodeURIComponent(page.id)}/report.md`}>
          Write-up
        </a>
      </p>
      {page.durations.length > 0 && (
        <dl class="durations">
          {page.durations.map(({ name, after }) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd class="num">{after}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
