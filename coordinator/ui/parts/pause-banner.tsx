import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { PauseView } from '@pathmedic/shared/contract/console.ts';
import { request } from '../live/api.ts';
import { useSession } from '../live/session.ts';
import { dateTime, serverNowMs } from '../live/time.ts';
import { Icon } from './icon.tsx';

/** The global pause: that it is on, why and by whom; approvers set and lift it here. */
export function PauseBanner(props: { pause: PauseView | null; onChange(): void }): JSX.Element | null {
  const { me } = useSession();
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState('');
  const [trouble, setTrouble] = useState<string | null>(null);
  const { pause, onChange } = props;
  const mayDecide = me?.mayDecide.ok === true;

  async function change(method: 'PUT' | 'DELETE', body?: unknown): Promise<void> {
    const answer = await request(method, '/v1/pause', body);
    setTrouble(answer.ok ? null : answer.words);
    setAsking(false);
    onChange();
  }

  if (pause === null) return null;
  if (pause.paused) {
    return (
      <section class="banner tone-waiting" role="status">
        <Icon name="pause" />
        <span class="banner-words">
          <strong>Nothing is changed: remediation is paused.</strong> {pause.reason} (by @{pause.by},{' '}
          {dateTime(pause.sinceMs, serverNowMs())}){trouble !== null && <em> {trouble}</em>}
        </span>
        {mayDecide && (
          <button type="button" class="button" onClick={() => void change('DELETE')}>
            Lift the pause
          </button>
        )}
      </section>
    );
  }
  if (!mayDecide) return null;
  if (!asking) {
    return (
      <p class="pause-line">
        <button type="button" class="link" onClick={() => setAsking(true)}>
          Pause remediation…
        </button>
      </p>
    );
  }
  return (
    <form
      class="banner tone-waiting"
      onSubmit={(event) => {
        event.preventDefault();
        void change('PUT', { reason });
      }}
    >
      <label class="banner-words" for="pause-reason">
        Why is remediation paused?
        <input
          id="pause-reason"
          value={reason}
          maxLength={300}
          required
          onInput={(event) => setReason(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="button primary" disabled={reason.trim() === ''}>
        Pause
      </button>
      <button type="button" class="button" onClick={() => setAsking(false)}>
        Back
      </button>
    </form>
  );
}
