import type { ComponentClass, LocatePath } from './path-classes.ts';

/** This many reporters have to agree before one that contradicts them is set aside. */
const minAgreeing = 3;

/**
 * The only reporter that lost nothing on a class where at least three others lost most of their probes; null when
 * there is none or more than one: then it is no lone contradiction.
 */
export function loneDissenter(entry: ComponentClass, paths: readonly LocatePath[]): string | null {
  const bySource = new Map<string, { sent: number; lost: number }>();
  for (const i of entry.paths) {
    const path = paths[i];
    if (path?.source === undefined) return null;
    const sum = bySource.get(path.source) ?? { sent: 0, lost: 0 };
    sum.sent += path.sent;
    sum.lost += path.lost;
    bySource.set(path.source, sum);
  }
  const clean = [...bySource].filter(([, sum]) => sum.lost * 2 < sum.sent).map(([source]) => source);
  const [only, ...more] = clean;
  return only !== undefined && more.length === 0 && bySource.size - 1 >= minAgreeing ? only : null;
}
