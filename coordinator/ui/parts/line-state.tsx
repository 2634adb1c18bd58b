import type { JSX } from 'preact';
import type { Line } from '../live/follow-incident.ts';
import { Icon } from './icon.tsx';

/** Whether what is shown is live; said in words, and told to screen readers when it changes. */
export function LineState({ line }: { line: Line }): JSX.Element {
  return (
    <span class={`line line-${line}`} role="status" data-line={line}>
      <Icon name={line === 'live' ? 'pulse' : 'hourglass'} size={14} />
      {words[line]}
    </span>
  );
}

const words: Record<Line, string> = {
  connecting: 'Connecting',
  live: 'Live',
  lost: 'Line lost, reconnecting',
};
