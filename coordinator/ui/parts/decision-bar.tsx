import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { PlanView } from '@pathmedic/shared/contract/console.ts';
import type { DecisionAnswer } from '@pathmedic/shared/contract/console-requests.ts';
import { request } from '../live/api.ts';
import { goToLogin } from '../live/session.ts';
import { Icon } from './icon.tsx';

type Decision = 'approved' | 'rejected';

/** Approve and Reject: approving only once the whole change has been on screen, each after a second thought. */
export function DecisionBar(props: {
  incidentId: string;
  plan: PlanView;
  expired: boolean;
  /** Steps whose change has not been on screen yet. */
  unread: number;
}): JSX.Element {
  const { incidentId, plan, expired, unread } = props;
  const [asking, setAsking] = useState<Decision | null>(null);
  const [outcome, setOutcome] = useState<{ good: boolean; words: string } | null>(null);
  const obstacle = obstacleTo(plan, expired, unread);

  async function decide(decision: Decision, reason: string): Promise<void> {
    const path = `/v1/incidents/${encodeURIComponent(incidentId)}/decisions`;
    const body = { proposalId: plan.id, decision, ...(reason === '' ? {} : { reason }) };
    const answer = await request<DecisionAnswer>('POST', path, body);
    setAsking(null);
    if (!answer.ok && answer.status === 401) goToLogin();
    setOutcome(
      answer.ok ? { good: true, words: answer.value.sentence } : { good: false, words: answer.words },
    );
  }

  return (
    <div class="decision">
      {outcome !== null && (
        <p class={outcome.good ? 'outcome tone-good' : 'outcome tone-broken'} role="status">
          <Icon name={outcome.good ? 'check' : 'alert'} /> {outcome.words}
        </p>
      )}
      {obstacle !== null && (
        <p class="obstacle" id="obstacle">
          <Icon name="hourglass" size={14} /> {obstacle}
        </p>
      )}
      <div class="decision-buttons">
        <button
          type="button"
          class="button approve"
          disabled={obstacle !== null}
          aria-describedby={obstacle === null ? undefined : 'obstacle'}
          onClick={() => setAsking('approved')}
        >
          <Icon name="thumb" /> Approve
        </button>
        <button
          type="button"
          class="button"
          disabled={!plan.reject.ok || expired}
          onClick={() => setAsking('rejected')}
        >
          <Icon name="cross" /> Reject
        </button>
      </div>
      {asking !== null && (
        <Confirm decision={asking} plan={plan} onDecide={decide} onBack={() => setAsking(null)} />
      )}
    </div>
  );
}

/** Why Approve is not to be pressed now, in words; null when it is. */
function obstacleTo(plan: PlanView, expired: boolean, unread: number): string | null {
  if (!plan.approve.ok) return plan.approve.sentence;
  if (expired) return 'The time to decide is over.';
  if (unread > 0) return 'Read the whole change first: scroll until all of it has been on screen.';
  return null;
}

function Confirm(props: {
  decision: Decision;
  plan: PlanView;
  onDecide(decision: Decision, reason: string): Promise<void>;
  onBack(): void;
}): JSX.Element {
  const { decision, plan, onDecide, onBack } = props;
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const approving = decision === 'approved';

  return (
    <dialog ref={dialog} class="confirm" aria-labelledby="confirm-title" onCancel={onBack}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setBusy(true);
          void onDecide(decision, reason.trim());
        }}
      >
        <h2 id="confirm-title">{approving ? 'Approve this plan?' : 'Reject this plan?'}</h2>
        <p class="lead">{plan.title}</p>
        {approving ? (
          plan.steps.map((step) => <p key={step.title}>{step.reach}</p>)
        ) : (
          <p>
            Nothing is changed, and pathmedic asks for help. You can have the causes ranked anew with
            "recheck".
          </p>
        )}
        <label for="reason">
          {approving ? 'Note (optional)' : 'Why? It helps those who read it later (optional)'}
        </label>
        <textarea
          id="reason"
          rows={2}
          maxLength={500}
          value={reason}
          onInput={(event) => setReason(event.currentTarget.value)}
        />
        <div class="decision-buttons">
          <button type="submit" class={approving ? 'button approve' : 'button danger'} disabled={busy}>
            {approving ? 'Approve and carry out' : 'Reject'}
          </button>
          <button type="button" class="button" onClick={onBack}>
            Back
          </button>
        </div>
      </form>
    </dialog>
  );
}
