import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { TimelineEntry, Tone } from '@pathmedic/shared/contract/console.ts';
import { duration, timeOfDay } from '../live/time.ts';
import { Icon } from './icon.tsx';
import type { IconName } from './icon.tsx';

/** Close enough to the end to be carried along by what comes. */
const nearEndPx = 80;

/** The story in order of time. Follows its end unless somebody reads further up. */
export function Story(props: { entries: readonly TimelineEntry[]; sinceMs: number }): JSX.Element {
  const { entries, sinceMs } = props;
  const box = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const seen = useRef(entries.length);
  const fresh = atEnd ? 0 : Math.max(0, entries.length - seen.current);

  useLayoutEffect(() => {
    if (atEnd && box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  }, [entries, atEnd]);
  useEffect(() => {
    if (atEnd) seen.current = entries.length;
  }, [entries, atEnd]);

  const onScroll = (): void => {
    const element = box.current;
    if (element === null) return;
    setAtEnd(element.scrollHeight - element.scrollTop - element.clientHeight < nearEndPx);
  };

  return (
    <div class="story-frame">
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a part that scrolls has to be reachable by keys */}
      <div class="story-scroll" ref={box} onScroll={onScroll} tabIndex={0} role="log" aria-label="Story">
        <ol class="story">
          {entries.map((entry) => (
            <Entry key={entry.n} entry={entry} sinceMs={sinceMs} />
          ))}
        </ol>
      </div>
      {fresh > 0 && (
        <button type="button" class="button jump" onClick={() => setAtEnd(true)}>
          <Icon name="down" size={14} /> {fresh} new
        </button>
      )}
    </div>
  );
}

function Entry({ entry, sinceMs }: { entry: TimelineEntry; sinceMs: number }): JSX.Element {
  const { icon, tone } = lookOf(entry);
  const message = entry.kind === 'said' || entry.kind === 'answered';
  return (
    <li
      id={`event-${entry.n}`}
      class={`entry ${message ? 'entry-message' : ''}`}
      data-n={entry.n}
      data-kind={entry.kind}
    >
      <span class={`entry-icon tone-${tone}`}>
        <Icon name={icon} size={14} />
      </span>
      <div class="entry-body">
        <p class="entry-head">
          {message ? (
            <strong class="entry-actor">{entry.actor}</strong>
          ) : (
            <span class="entry-headline">{entry.headline}</span>
          )}
          <a
            class="entry-time num dim"
            href={`#event-${entry.n}`}
            title={`${duration(entry.atMs - sinceMs)} after the first symptom, by ${entry.actor}`}
          >
            {timeOfDay(entry.atMs)}
          </a>
        </p>
        {entry.lines.length > 0 && (
          <div class={message ? 'bubble' : 'entry-lines'}>
            {entry.lines.map((line, i) => (
              <p key={i}>{line}</p>
            ))}
          </div>
        )}
        {entry.fold !== null && (
          <details class="fold" open={entry.kind === 'answered'}>
            <summary>{entry.fold.label}</summary>
            <pre class="fold-lines">{entry.fold.lines.join('\n')}</pre>
          </details>
        )}
      </div>
    </li>
  );
}

interface Look {
  icon: IconName;
  tone: Tone;
}

const looks: Record<string, Look> = {
  opened: { icon: 'alert', tone: 'broken' },
  'symptoms-updated': { icon: 'alert', tone: 'broken' },
  relapsed: { icon: 'alert', tone: 'broken' },
  reopened: { icon: 'alert', tone: 'broken' },
  recovered: { icon: 'pulse', tone: 'good' },
  triaged: { icon: 'search', tone: 'quiet' },
  diagnosed: { icon: 'search', tone: 'waiting' },
  drafted: { icon: 'plan', tone: 'quiet' },
  'dry-run-ended': { icon: 'plan', tone: 'quiet' },
  proposed: { icon: 'plan', tone: 'waiting' },
  decided: { icon: 'thumb', tone: 'working' },
  'proposal-expired': { icon: 'hourglass', tone: 'quiet' },
  escalated: { icon: 'flag', tone: 'help' },
  'help-requested': { icon: 'help', tone: 'help' },
  reverted: { icon: 'alert', tone: 'broken' },
  'pass-started': { icon: 'search', tone: 'working' },
  'pass-ended': { icon: 'check', tone: 'good' },
  closed: { icon: 'check', tone: 'good' },
  said: { icon: 'person', tone: 'quiet' },
  answered: { icon: 'pulse', tone: 'working' },
  'taken-over': { icon: 'person', tone: 'waiting' },
  'handed-back': { icon: 'person', tone: 'quiet' },
  'recheck-requested': { icon: 'search', tone: 'quiet' },
  asked: { icon: 'search', tone: 'quiet' },
  'step-proved': { icon: 'check', tone: 'good' },
};

/** Shape and colour of an entry; what went wrong is said by the server's own sign and shows as such. */
function lookOf(entry: TimelineEntry): Look {
  if (entry.icon === '⚠️') return { icon: 'alert', tone: 'broken' };
  if (entry.icon === '✋') return { icon: 'cross', tone: 'help' };
  return looks[entry.kind] ?? { icon: 'wrench', tone: 'working' };
}
