import type { JSX } from 'preact';
import type { PassView, Tone } from '@pathmedic/shared/contract/console.ts';
import { duration, timeOfDay, useServerNow } from '../live/time.ts';
import { Icon } from './icon.tsx';
import type { IconName } from './icon.tsx';

const looks: Record<PassView['at'], { tone: Tone; icon: IconName }> = {
  planned: { tone: 'quiet', icon: 'clock' },
  running: { tone: 'working', icon: 'search' },
  passed: { tone: 'good', icon: 'check' },
  failed: { tone: 'broken', icon: 'cross' },
};

/** Both checks that follow a fix or a recovery, with what is still to come. */
export function Passes({ passes }: { passes: readonly PassView[] }): JSX.Element | null {
  const waiting = passes.some(({ at }) => at === 'planned' || at === 'running');
  const nowMs = useServerNow(waiting);
  if (passes.length === 0) return null;
  return (
    <section class="card" aria-labelledby="passes-title">
      <h2 id="passes-title" class="column-title">
        Two checks, at least 30 s apart
      </h2>
      <ol class="passes">
        {passes.map((pass) => {
          const { tone, icon } = looks[pass.at];
          return (
            <li key={pass.pass} class={`pass tone-${tone}`} data-pass={pass.pass} data-at={pass.at}>
              <Icon name={icon} size={18} />
              <span class="pass-words">
                {pass.words}
                {pass.problems.map((problem) => (
                  <span key={problem} class="pass-problem">
                    {problem}
                  </span>
                ))}
              </span>
              <span class="num pass-time">{timeWords(pass, nowMs)}</span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

function timeWords(pass: PassView, nowMs: number): string {
  if (pass.endedAtMs !== null) return `${timeOfDay(pass.endedAtMs)} UTC`;
  if (pass.at === 'running' && pass.deadlineMs !== null)
    return `results within ${duration(pass.deadlineMs - nowMs)}`;
  if (pass.startsAtMs === null) return '';
  return pass.startsAtMs > nowMs ? `in ${duration(pass.startsAtMs - nowMs)}` : 'about to start';
}
