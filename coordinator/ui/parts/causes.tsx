import type { JSX } from 'preact';
import type { CauseView, CheckView, EvidenceView, IncidentPage } from '@pathmedic/shared/contract/console.ts';
import { timeOfDay } from '../live/time.ts';
import { Icon } from './icon.tsx';
import type { IconName } from './icon.tsx';

/** The causes in order, each with what speaks for and against it, and every check that was made. */
export function Causes({ page }: { page: IncidentPage }): JSX.Element | null {
  const { causes, checks, unknown } = page;
  if (causes.length === 0 && checks.length === 0) return null;
  const [top, ...others] = causes;
  return (
    <section class="card" aria-labelledby="causes-title">
      <h2 id="causes-title" class="column-title">
        {top === undefined ? 'No known cause fits' : 'Likely cause'}
      </h2>
      {top !== undefined && <Cause cause={top} open />}
      {others.length > 0 && <h3>Less likely</h3>}
      {others.map((cause) => (
        <Cause key={cause.id} cause={cause} open={false} />
      ))}
      {checks.length > 0 && <Checks checks={checks} />}
      {unknown.length > 0 && (
        <p class="unseen">
          <strong>Could not see:</strong> {unknown.join('; ')}
        </p>
      )}
    </section>
  );
}

function Cause({ cause, open }: { cause: CauseView; open: boolean }): JSX.Element {
  const evidence = cause.for.length + cause.against.length;
  return (
    <article class="cause">
      <p class={open ? 'lead' : ''}>{cause.summary}</p>
      <p class="cause-meta">
        <Confidence cause={cause} />
        <span>{cause.component}</span>
        <code>{cause.id}</code>
      </p>
      {evidence > 0 && (
        <details class="fold" open={open}>
          <summary>
            Evidence: {cause.for.length} for, {cause.against.length} against
          </summary>
          <ul class="evidence">
            {cause.for.map((line) => (
              <Evidence key={line.text} line={line} speaks="for" />
            ))}
            {cause.against.map((line) => (
              <Evidence key={line.text} line={line} speaks="against" />
            ))}
          </ul>
        </details>
      )}
    </article>
  );
}

const filled = { high: 3, medium: 2, low: 1 } as const;

function Confidence({ cause }: { cause: CauseView }): JSX.Element {
  return (
    <span class="confidence">
      <span class="bars" aria-hidden="true">
        {[1, 2, 3].map((bar) => (
          <span key={bar} class={bar <= filled[cause.confidence] ? 'bar on' : 'bar'} />
        ))}
      </span>
      {cause.confidence} confidence
    </span>
  );
}

function Evidence({ line, speaks }: { line: EvidenceView; speaks: 'for' | 'against' }): JSX.Element {
  return (
    <li class={`evidence-line speaks-${speaks}`}>
      <span class="evidence-sign" title={speaks === 'for' ? 'speaks for it' : 'speaks against it'}>
        {speaks === 'for' ? '+' : '−'}
        <span class="hidden">{speaks === 'for' ? 'for' : 'against'}: </span>
      </span>
      <span>
        {line.text}
        <span class="evidence-source">
          {line.source}
          {line.object !== null && ` · ${line.object}`}
          {line.atMs !== null && ` · ${timeOfDay(line.atMs)} UTC`}
        </span>
      </span>
    </li>
  );
}

const checkLooks: Record<CheckView['result'], { icon: IconName; words: string; tone: string }> = {
  found: { icon: 'alert', words: 'found', tone: 'tone-broken-text' },
  clear: { icon: 'check', words: 'nothing', tone: 'tone-good-text' },
  unknown: { icon: 'help', words: 'not known', tone: 'tone-help-text' },
};

function Checks({ checks }: { checks: readonly CheckView[] }): JSX.Element {
  const clear = checks.filter(({ result }) => result === 'clear').length;
  return (
    <details class="fold">
      <summary>
        {checks.length} checks were made; {clear} found nothing
      </summary>
      <ul class="checks">
        {checks.map((check) => {
          const { icon, words, tone } = checkLooks[check.result];
          return (
            <li key={check.id}>
              <span class={`check-result ${tone}`}>
                <Icon name={icon} size={14} /> {words}
              </span>
              <span>
                {check.title}
                {check.detail !== '' && <span class="dim"> · {check.detail}</span>}
              </span>
            </li>
          );
        })}
      </ul>
    </details>
  );
}
