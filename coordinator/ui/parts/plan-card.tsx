import type { JSX } from 'preact';
import { useCallback, useState } from 'preact/hooks';
import type { PlanView, StepProgress, StepView, Tone } from '@pathmedic/shared/contract/console.ts';
import { dateTime, duration, timeOfDay, useServerNow } from '../live/time.ts';
import { DecisionBar } from './decision-bar.tsx';
import { DiffView } from './diff-view.tsx';
import { Icon } from './icon.tsx';
import type { IconName } from './icon.tsx';
import { Badge } from './state-badge.tsx';

const statusLooks: Record<PlanView['status']['at'], { tone: Tone; icon: IconName }> = {
  open: { tone: 'waiting', icon: 'hourglass' },
  approved: { tone: 'working', icon: 'thumb' },
  rejected: { tone: 'help', icon: 'cross' },
  expired: { tone: 'quiet', icon: 'hourglass' },
};

/** The plan with everything that has to be read before it is approved. */
export function PlanCard({ incidentId, plan }: { incidentId: string; plan: PlanView }): JSX.Element {
  const open = plan.status.at === 'open';
  const nowMs = useServerNow(open);
  const leftMs = plan.expiresAtMs - nowMs;
  const [seen, setSeen] = useState<ReadonlySet<number>>(new Set());
  const saw = useCallback((step: number) => setSeen((before) => new Set([...before, step])), []);
  const { tone, icon } = statusLooks[plan.status.at];
  return (
    <section
      class={`card plan ${open ? 'plan-open' : ''}`}
      aria-labelledby="plan-title"
      data-plan={plan.status.at}
    >
      <div class="plan-top">
        <h2 class="column-title">Plan</h2>
        <Badge
          tone={tone}
          icon={icon}
          words={open && leftMs > 0 ? `${duration(leftMs)} left to decide` : plan.status.words}
        />
      </div>
      {plan.status.detail !== '' && <p class="plan-detail">{plan.status.detail}</p>}
      <p class="plan-title" id="plan-title">
        {plan.title}
      </p>
      <p class="plan-why">{plan.why}</p>
      <ol class="steps">
        {plan.steps.map((step, i) => (
          <Step key={i} step={step} number={plan.steps.length > 1 ? i + 1 : null} onSeen={() => saw(i)} />
        ))}
      </ol>
      <dl class="facts">
        <Fact name="Dry run">
          <span class={plan.dryRun.server ? 'tone-good-text' : ''}>
            <Icon name={plan.dryRun.server ? 'check' : 'search'} size={14} /> {plan.dryRun.words}
          </span>
        </Fact>
        {plan.verification !== '' && <Fact name="Then">{plan.verification}</Fact>}
        <Fact name="May approve">
          {plan.approvers.length === 0
            ? 'nobody: add approvers to the principals file'
            : plan.approvers.map((name) => `@${name}`).join(', ')}
          {plan.approvalsNeeded > 1 && <strong> · {plan.approvalsNeeded} different people are needed</strong>}
        </Fact>
        {plan.approvals.length > 0 && (
          <Fact name="Approved by">
            {plan.approvals
              .map(({ by, place, atMs }) => `${by} ${place} at ${timeOfDay(atMs)} UTC`)
              .join(', ')}
          </Fact>
        )}
        {open && (
          <Fact name="Open until">
            <span class="num">{dateTime(plan.expiresAtMs, nowMs)}</span>
          </Fact>
        )}
      </dl>
      {open && (
        <DecisionBar
          incidentId={incidentId}
          plan={plan}
          expired={leftMs <= 0}
          unread={plan.steps.length - seen.size}
        />
      )}
    </section>
  );
}

function Fact({
  name,
  children,
}: {
  name: string;
  children: JSX.Element | (JSX.Element | string | false)[] | string;
}): JSX.Element {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Step({
  step,
  number,
  onSeen,
}: {
  step: StepView;
  number: number | null;
  onSeen(): void;
}): JSX.Element {
  return (
    <li class="step">
      {number !== null && (
        <p class="step-title">
          {number}. {step.title}
        </p>
      )}
      {step.progress !== null && <Progress progress={step.progress} />}
      <DiffView diff={step.diff} onSeen={onSeen} />
      <dl class="facts">
        {step.reach !== '' && <Fact name="Reach">{step.reach}</Fact>}
        {step.undo !== '' && <Fact name="Undo">{step.undo}</Fact>}
        {step.preconditions.length > 0 && (
          <Fact name="Only if">
            <ul class="plain">
              {step.preconditions.map((text) => (
                <li key={text}>{text}</li>
              ))}
            </ul>
          </Fact>
        )}
      </dl>
      {step.byHand !== '' && (
        <details class="fold">
          <summary>By hand</summary>
          <pre class="fold-lines">{step.byHand}</pre>
        </details>
      )}
    </li>
  );
}

const progressLooks: Record<StepProgress['at'], { tone: Tone; icon: IconName }> = {
  waiting: { tone: 'quiet', icon: 'clock' },
  writing: { tone: 'working', icon: 'wrench' },
  settling: { tone: 'working', icon: 'hourglass' },
  done: { tone: 'good', icon: 'check' },
  'not-done': { tone: 'broken', icon: 'cross' },
  unknown: { tone: 'help', icon: 'help' },
};

function Progress({ progress }: { progress: StepProgress }): JSX.Element {
  const { tone, icon } = progressLooks[progress.at];
  const atMs = progress.settledAtMs ?? progress.endedAtMs ?? progress.intendedAtMs;
  return (
    <p class={`progress tone-${tone}`} role="status" data-progress={progress.at}>
      <Icon name={icon} size={16} /> {progress.words}
      {atMs !== null && <span class="num"> · {timeOfDay(atMs)} UTC</span>}
    </p>
  );
}
