import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { IncidentPage, PauseView } from '@pathmedic/shared/contract/console.ts';
import type { Followed } from '../live/follow-incident.ts';
import { followIncident } from '../live/follow-incident.ts';
import { goToLogin } from '../live/session.ts';
import { learnServerTime } from '../live/time.ts';
import { usePolled } from '../live/use-polled.ts';
import { Causes } from '../parts/causes.tsx';
import { Closing } from '../parts/closing.tsx';
import { Headline } from '../parts/headline.tsx';
import { HelpWanted } from '../parts/help-wanted.tsx';
import { LineState } from '../parts/line-state.tsx';
import { Matrix } from '../parts/matrix.tsx';
import { MessageBox } from '../parts/message-box.tsx';
import { Passes } from '../parts/passes.tsx';
import { PauseBanner } from '../parts/pause-banner.tsx';
import { PlanCard } from '../parts/plan-card.tsx';
import { Story } from '../parts/story.tsx';
import { Symptoms } from '../parts/symptoms.tsx';
import { TopBar } from '../parts/top-bar.tsx';

/** The conversation of one incident: what is known on one side, the story and the people on the other. */
export function ConversationPage({ id }: { id: string }): JSX.Element {
  const [followed, setFollowed] = useState<Followed>({ entries: [], page: null, line: 'connecting' });
  const [gone, setGone] = useState(false);
  const [shown, setShown] = useState<'facts' | 'story'>('facts');
  const pause = usePolled<PauseView>('/v1/pause', 10_000);
  const { entries, page, line } = followed;

  useEffect(
    () =>
      followIncident(id, {
        onChange(next) {
          if (next.page !== null) learnServerTime(next.page.nowMs);
          setFollowed(next);
        },
        onEnd: (ending) => (ending === 'login' ? goToLogin() : setGone(true)),
      }),
    [id],
  );
  // On a phone the page itself scrolls: what is new stands at its end.
  function show(name: 'facts' | 'story'): void {
    setShown(name);
    requestAnimationFrame(() => scrollTo({ top: name === 'story' ? document.body.scrollHeight : 0 }));
  }

  useEffect(() => {
    if (page !== null) document.title = `${page.state.words}: ${page.title} · pathmedic`;
  }, [page]);

  return (
    <>
      <TopBar cluster={page?.cluster ?? ''}>
        <LineState line={gone ? 'live' : line} />
      </TopBar>
      {gone && (
        <main class="page">
          <p class="card notice">There is no such incident (any more). It may have been archived.</p>
        </main>
      )}
      {!gone && page === null && (
        <main class="page">
          <p class="card notice dim" role="status">
            Loading the conversation…
          </p>
        </main>
      )}
      {!gone && page !== null && (
        <main class="page conversation">
          <Headline page={page} />
          {pause.value?.paused === true && <PauseBanner pause={pause.value} onChange={pause.refresh} />}
          <div class="tabs" role="tablist" aria-label="Parts of the conversation">
            {(['facts', 'story'] as const).map((name) => (
              <button
                key={name}
                type="button"
                role="tab"
                aria-selected={shown === name}
                class="tab"
                onClick={() => show(name)}
              >
                {name === 'facts' ? 'What is known' : `Conversation (${entries.length})`}
              </button>
            ))}
          </div>
          <div class={`columns show-${shown}`}>
            <Facts page={page} />
            <section class="story-column card" aria-labelledby="story-title">
              <h2 id="story-title" class="column-title">
                Conversation
              </h2>
              <Story entries={entries} sinceMs={page.sinceMs} />
              <MessageBox incidentId={id} closed={page.state.closed} completions={page.completions} />
            </section>
          </div>
        </main>
      )}
    </>
  );
}

/** In the order in which somebody who was woken needs it: what to decide, what runs, why, what was seen. */
function Facts({ page }: { page: IncidentPage }): JSX.Element {
  return (
    <div class="facts-column">
      <Closing page={page} />
      <HelpWanted help={page.help} escalation={page.escalation} />
      <Passes passes={page.passes} />
      {page.plan !== null && <PlanCard key={page.plan.id} incidentId={page.id} plan={page.plan} />}
      <Causes page={page} />
      <Matrix matrix={page.matrix} />
      <Symptoms page={page} />
    </div>
  );
}
