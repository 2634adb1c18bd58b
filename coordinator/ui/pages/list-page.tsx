import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { IncidentList, IncidentListItem, Overview } from '@pathmedic/shared/contract/console.ts';
import { request } from '../live/api.ts';
import { dateTime, duration, learnServerTime, useServerNow } from '../live/time.ts';
import { usePolled } from '../live/use-polled.ts';
import { Icon } from '../parts/icon.tsx';
import { PauseBanner } from '../parts/pause-banner.tsx';
import { Quiet } from '../parts/quiet.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { followLocally, TopBar } from '../parts/top-bar.tsx';

/** All incidents: the open ones first, or that there are none. */
export function ListPage(): JSX.Element {
  const list = usePolled<IncidentList>('/v1/incidents', 3000);
  const overview = usePolled<Overview>('/v1/overview', 5000);
  const { value } = list;

  useEffect(() => {
    if (value !== null) learnServerTime(value.nowMs);
    const count = value?.open.length ?? 0;
    document.title = count > 0 ? `${count} open · pathmedic` : 'pathmedic';
  }, [value]);

  return (
    <>
      <TopBar cluster={overview.value?.cluster ?? ''} />
      <main class="page list-page">
        {list.trouble !== null && (
          <p class="banner tone-broken" role="status">
            <Icon name="alert" /> {list.trouble} What is shown may be old.
          </p>
        )}
        <PauseBanner pause={overview.value?.pause ?? null} onChange={overview.refresh} />
        {value !== null && value.open.length === 0 && <Quiet overview={overview.value} />}
        {value !== null && value.open.length > 0 && <OpenList items={value.open} />}
        {value !== null && <ClosedList list={value} />}
      </main>
    </>
  );
}

function OpenList({ items }: { items: readonly IncidentListItem[] }): JSX.Element {
  const nowMs = useServerNow();
  return (
    <section aria-labelledby="open-title">
      <h1 id="open-title" class="section-title">
        Open <span class="count">{items.length}</span>
      </h1>
      <ul class="open-list">
        {items.map((item) => (
          <li key={item.id}>
            <a class="card open-item" href={hrefOf(item)} onClick={followLocally}>
              <StateBadge state={item.state} />
              <span class="open-item-title">{item.title}</span>
              <span class="dim num">
                opened {dateTime(item.openedAtMs, nowMs)}, {duration(nowMs - item.openedAtMs)} ago
              </span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function hrefOf(item: IncidentListItem): string {
  return `/incidents/${encodeURIComponent(item.id)}`;
}

/** The closed ones of the last answer, and those read on from there. */
function ClosedList({ list }: { list: IncidentList }): JSX.Element | null {
  const [older, setOlder] = useState<{ items: IncidentListItem[]; nextBefore: number | null } | null>(null);
  const nextBefore = older === null ? list.nextBefore : older.nextBefore;
  // The first page moves on while somebody reads older ones.
  const newest = new Set(list.closed.map(({ id }) => id));
  const items = [...list.closed, ...(older?.items ?? []).filter(({ id }) => !newest.has(id))];

  async function readOn(before: number): Promise<void> {
    const answer = await request<IncidentList>('GET', `/v1/incidents?before=${before}`);
    if (!answer.ok) return;
    const { closed, nextBefore: next } = answer.value;
    setOlder((known) => ({ items: [...(known?.items ?? []), ...closed], nextBefore: next }));
  }

  if (items.length === 0) return null;
  return (
    <section aria-labelledby="closed-title">
      <h2 id="closed-title" class="section-title">
        Closed
      </h2>
      <ul class="closed-list card">
        {items.map((item) => (
          <ClosedItem key={item.id} item={item} nowMs={list.nowMs} />
        ))}
      </ul>
      {nextBefore !== null && (
        <button type="button" class="button older" onClick={() => void readOn(nextBefore)}>
          Older ones
        </button>
      )}
    </section>
  );
}

function ClosedItem({ item, nowMs }: { item: IncidentListItem; nowMs: number }): JSX.Element {
  return (
    <li>
      <a class="closed-item" href={hrefOf(item)} onClick={followLocally}>
        <span class="closed-icon">
          <Icon name="check" />
          <span class="hidden">{item.state.words}: </span>
        </span>
        <span class="closed-title">{item.title}</span>
        <span class="dim num">{dateTime(item.openedAtMs, nowMs)}</span>
        <span class="dim num">
          {item.closedAtMs === null ? '' : `after ${duration(item.closedAtMs - item.openedAtMs)}`}
        </span>
      </a>
    </li>
  );
}
