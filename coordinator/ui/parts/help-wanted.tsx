import type { JSX } from 'preact';
import type { EscalationView, HelpView } from '@pathmedic/shared/contract/console.ts';
import { DiffView } from './diff-view.tsx';
import { Icon } from './icon.tsx';

/** pathmedic is stuck, or the change is for somebody else to make. */
export function HelpWanted(props: {
  help: HelpView | null;
  escalation: EscalationView | null;
}): JSX.Element | null {
  const { help, escalation } = props;
  if (help === null && escalation === null) return null;
  return (
    <section class="card help-wanted" aria-labelledby="help-title">
      <h2 id="help-title" class="column-title tone-help-text">
        <Icon name="help" /> {help === null ? 'For the cluster owners' : 'I need help'}
      </h2>
      {escalation !== null && (
        <>
          <p class="lead">{escalation.title}</p>
          <p>{escalation.why}</p>
          <Lines title="Options" lines={escalation.options} />
          <SourceChanges changes={escalation.changes} />
        </>
      )}
      {help !== null && (
        <>
          <p class="lead">{help.reason}</p>
          <Lines title="Known" lines={help.known} />
          <Lines title="I would look at" lines={help.lookAt} code />
          <Joined title="Ruled out" lines={help.ruledOut} />
          <Joined title="Cannot see" lines={help.cannotSee} />
        </>
      )}
    </section>
  );
}

/** Only to be read: the change belongs to where the object comes from. */
function SourceChanges({ changes }: { changes: EscalationView['changes'] }): JSX.Element | null {
  if (changes.length === 0) return null;
  return (
    <div class="source-changes">
      <h3>What would be changed, at its source</h3>
      <ol class="steps">
        {changes.map((change) => (
          <li key={change.title} class="step">
            {/* Of a single change the lines above have told what it is and whose. */}
            {changes.length > 1 && <p class="step-title">{change.title}</p>}
            {changes.length > 1 && change.where !== null && <p class="dim">{change.where}</p>}
            <DiffView diff={change.diff} />
            <details class="fold">
              <summary>By hand, in the meantime</summary>
              <pre class="fold-lines">{change.byHand}</pre>
            </details>
          </li>
        ))}
      </ol>
    </div>
  );
}

function Lines(props: { title: string; lines: readonly string[]; code?: boolean }): JSX.Element | null {
  if (props.lines.length === 0) return null;
  return (
    <>
      <h3>{props.title}</h3>
      <ul class="plain">
        {props.lines.map((line) => (
          <li key={line}>{props.code === true ? <code>{line}</code> : line}</li>
        ))}
      </ul>
    </>
  );
}

/** Short items that are only looked up, not read one by one. */
function Joined({ title, lines }: { title: string; lines: readonly string[] }): JSX.Element | null {
  if (lines.length === 0) return null;
  return (
    <p class="unseen">
      <strong>{title}:</strong> {lines.join('; ')}
    </p>
  );
}
