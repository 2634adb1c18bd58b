import type { JSX } from 'preact';
import type { Overview } from '@pathmedic/shared/contract/console.ts';
import { Icon } from './icon.tsx';

/** Nothing is open: what pathmedic is sure of, and what it is not. No news is said as such, not as health. */
export function Quiet({ overview }: { overview: Overview | null }): JSX.Element {
  const network = overview?.network ?? null;
  return (
    <section class="quiet card">
      <span class={`quiet-mark ${network === null ? 'tone-quiet' : 'tone-good'}`}>
        <Icon name={network === null ? 'clock' : 'check'} size={34} />
      </span>
      <h1>{network === null ? 'No open incidents' : 'All quiet'}</h1>
      {network === null ? (
        <p class="dim">
          This replica does not lead, or has not heard all agents yet; what the network looks like is not
          known here.
        </p>
      ) : (
        <>
          <p class="quiet-words">
            {count(network.agents - network.silentAgents, 'agent')} on {count(network.nodes, 'node')},{' '}
            {count(network.pathsHealthy, 'path')} healthy
          </p>
          {(network.silentAgents > 0 || network.pathsFailing > 0 || network.pathsUnknown > 0) && (
            <p class="dim">
              {[
                network.pathsFailing > 0
                  ? `${count(network.pathsFailing, 'path')} failing, not yet long enough to be an incident`
                  : '',
                network.pathsUnknown > 0 ? `${count(network.pathsUnknown, 'path')} without reports` : '',
                network.silentAgents > 0 ? `${count(network.silentAgents, 'agent')} silent` : '',
              ]
                .filter((text) => text !== '')
                .join(' · ')}
            </p>
          )}
        </>
      )}
    </section>
  );
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}
