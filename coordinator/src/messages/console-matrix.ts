import type { MatrixCell, MatrixView } from '@pathmedic/shared/contract/console.ts';
import type { Incident } from '../domain/incident.ts';
import type { NetworkSnapshot, PathState } from '../domain/network.ts';
import type { PathTarget } from '../domain/path.ts';
import { affectedOf } from './reach.ts';

const maxRows = 14;
const maxColumns = 24;

interface Column {
  group: string;
  name: string;
  /** Place of the group, then the name, decide the order. */
  order: number;
}

interface Tally {
  healthy: number;
  failing: number;
  unknown: number;
  sent: number;
  lost: number;
}

/**
 * Who reaches whom, around the fault: a row a source, a column a target, a cell all their paths together. In small
 * clusters everything is shown; in large ones what fails and what the incident touches comes first.
 */
export function matrixView(
  incident: Pick<Incident, 'symptoms'>,
  snapshot: NetworkSnapshot,
): MatrixView | null {
  if (snapshot.paths.length === 0) return null;
  const cells = new Map<string, Map<string, Tally>>();
  const columns = new Map<string, Column>();
  const failures = new Map<string, number>();
  for (const state of snapshot.paths) {
    const row = rowName(state);
    const column = columnOf(state.path.to);
    const key = `${column.group} ${column.name}`;
    columns.set(key, column);
    const ofRow = cells.get(row) ?? new Map<string, Tally>();
    cells.set(row, ofRow);
    ofRow.set(key, add(ofRow.get(key), state));
    if (state.state === 'failing') {
      failures.set(row, (failures.get(row) ?? 0) + 1);
      failures.set(key, (failures.get(key) ?? 0) + 1);
    }
  }
  const affected = new Set(affectedOf(incident).nodes);
  const weight = (name: string, node: string): number =>
    (failures.get(name) ?? 0) * 2 + (affected.has(node) ? 1 : 0);
  const rows = chosen([...cells.keys()], maxRows, (row) => weight(row, row)).toSorted(byName);
  const keys = chosen([...columns.keys()], maxColumns, (key) =>
    weight(key, columns.get(key)?.name ?? ''),
  ).toSorted((a, b) => (columns.get(a)?.order ?? 0) - (columns.get(b)?.order ?? 0) || byName(a, b));
  return {
    atMs: snapshot.atMs,
    columns: keys.map((key) => ({
      name: columns.get(key)?.name ?? key,
      group: columns.get(key)?.group ?? '',
    })),
    rows: rows.map((row) => ({
      name: row,
      cells: keys.map((key) => cellView(row, columns.get(key), cells.get(row)?.get(key))),
    })),
    note: noteOf(cells.size - rows.length, columns.size - keys.length),
  };
}

function byName(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

function chosen(names: string[], limit: number, weight: (name: string) => number): string[] {
  return names.toSorted((a, b) => weight(b) - weight(a) || byName(a, b)).slice(0, limit);
}

function rowName({ path }: PathState): string {
  return path.from.mode === 'canary' ? `${path.from.namespace} on ${path.from.node}` : path.from.node;
}

function columnOf(to: PathTarget): Column {
  switch (to.type) {
    case 'agent':
      if (to.mode === 'host') return { group: 'Node network', name: to.node, order: 1 };
      return { group: 'Pod network', name: to.node, order: 0 };
    case 'service':
      return { group: 'Services', name: `${to.name}.${to.namespace}`, order: 2 };
    case 'dns-pod':
      return { group: 'DNS pods', name: shortened(to.pod.split('/').at(-1) ?? to.pod), order: 3 };
    case 'dns-vip':
      return { group: 'DNS', name: to.upstream ? 'outside names' : 'cluster names', order: 4 };
    case 'apiserver':
      return { group: 'API server', name: to.via, order: 5 };
  }
}

/** The beginning says which Deployment it is, the end which pod. */
function shortened(name: string): string {
  return name.length <= 18 ? name : `${name.slice(0, 9)}…${name.slice(-8)}`;
}

function add(before: Tally | undefined, state: PathState): Tally {
  const tally = before ?? { healthy: 0, failing: 0, unknown: 0, sent: 0, lost: 0 };
  return {
    ...tally,
    [state.state]: tally[state.state] + 1,
    sent: tally.sent + state.sent,
    lost: tally.lost + state.lost,
  };
}

function cellView(row: string, column: Column | undefined, tally: Tally | undefined): MatrixCell {
  const target = column === undefined ? '' : `${column.group}, ${column.name}`;
  if (tally === undefined)
    return { state: 'none', sent: 0, lost: 0, words: `${row} to ${target}: not probed` };
  const { sent, lost } = tally;
  const state = tally.failing > 0 ? 'failing' : tally.healthy > 0 ? 'healthy' : 'unknown';
  const numbers = state === 'unknown' ? 'no reports' : `${sent - lost} of ${sent} probes answered`;
  return { state, sent, lost, words: `${row} to ${target}: ${numbers}` };
}

function noteOf(rowsLeft: number, columnsLeft: number): string {
  const left = [
    ...(rowsLeft > 0 ? [`${rowsLeft} more sources`] : []),
    ...(columnsLeft > 0 ? [`${columnsLeft} more targets`] : []),
  ];
  return left.length === 0 ? '' : `Not shown: ${left.join(' and ')}. What fails comes first.`;
}
