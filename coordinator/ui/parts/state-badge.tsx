import type { JSX } from 'preact';
import type { StateView, Tone } from '@pathmedic/shared/contract/console.ts';
import { Icon } from './icon.tsx';
import type { IconName } from './icon.tsx';

const toneIcons: Record<Tone, IconName> = {
  broken: 'alert',
  waiting: 'hourglass',
  working: 'wrench',
  good: 'check',
  help: 'help',
  quiet: 'clock',
};

/** Where an incident stands: shape, words and colour say the same. */
export function StateBadge({ state }: { state: StateView }): JSX.Element {
  return <Badge tone={state.tone} words={state.words} />;
}

export function Badge(props: { tone: Tone; words: string; icon?: IconName }): JSX.Element {
  return (
    <span class={`badge tone-${props.tone}`}>
      <Icon name={props.icon ?? toneIcons[props.tone]} size={14} />
      {props.words}
    </span>
  );
}
