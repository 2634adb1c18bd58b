import type { JSX } from 'preact';
import type { MatrixCell, MatrixView } from '@pathmedic/shared/contract/console.ts';
import { timeOfDay } from '../live/time.ts';

const signs: Record<MatrixCell['state'], string> = { healthy: '✓', failing: '✕', unknown: '?', none: '' };

/** Who reaches whom right now: a sign and a colour a cell, the numbers on demand. */
export function Matrix({ matrix }: { matrix: MatrixView | null }): JSX.Element | null {
  if (matrix === null) return null;
  return (
    <section class="card" aria-labelledby="matrix-title">
      <h2 id="matrix-title" class="column-title">
        Who reaches whom <span class="dim num">at {timeOfDay(matrix.atMs)} UTC</span>
      </h2>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a part that scrolls has to be reachable by keys */}
      <div class="matrix-scroll" tabIndex={0} role="region" aria-labelledby="matrix-title">
        <table class="matrix">
          <thead>
            <tr>
              <td />
              {groupsOf(matrix).map(({ group, span }) => (
                <th key={group} colSpan={span} scope="colgroup" class="matrix-group">
                  {group}
                </th>
              ))}
            </tr>
            <tr>
              <th scope="col" class="matrix-corner">
                from
              </th>
              {matrix.columns.map(({ group, name }) => (
                <th key={`${group} ${name}`} scope="col" class="matrix-column">
                  <span title={name}>{name}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {matrix.rows.map((row) => (
              <tr key={row.name}>
                <th scope="row">{row.name}</th>
                {row.cells.map((cell, i) => (
                  <td key={matrix.columns[i]?.name ?? i} title={cell.words}>
                    <span class={`cell cell-${cell.state}`} aria-hidden="true">
                      {signs[cell.state]}
                    </span>
                    <span class="hidden">{cell.words}</span>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="legend dim">
        <span class="cell cell-healthy">✓</span> answers <span class="cell cell-failing">✕</span> fails{' '}
        <span class="cell cell-unknown">?</span> no reports {matrix.note}
      </p>
    </section>
  );
}

function groupsOf(matrix: MatrixView): { group: string; span: number }[] {
  const groups: { group: string; span: number }[] = [];
  for (const { group } of matrix.columns) {
    const last = groups.at(-1);
    if (last?.group === group) last.span += 1;
    else groups.push({ group, span: 1 });
  }
  return groups;
}
