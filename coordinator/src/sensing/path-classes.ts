/** One path as locate sees it: components are opaque strings. */
export interface LocatePath {
  id: string;
  components: readonly string[];
  sent: number;
  lost: number;
  /** Who reported it; lets locate notice one reporter that contradicts all others. */
  source?: string;
  /** Loss rate that is explained already (by faults elsewhere), 0 to 1. */
  explainedLoss?: number;
}

/** Components that cross exactly the same paths with data: no probe tells them apart. */
export interface ComponentClass {
  /** Sorted; the first one stands for all. */
  members: string[];
  /** Indexes of all paths it crosses, and of those with losses. */
  paths: number[];
  lossy: number[];
}

export interface ClassIndex {
  classes: ComponentClass[];
  /** Classes that cross a path, by path index; only paths with losses. */
  byPath: Map<number, number[]>;
  /** Number of components with data, suspicious or not. */
  components: number;
}

/**
 * Groups the components that cross at least one lossy path. Components that cross none cannot explain anything and
 * are only counted.
 */
export function indexClasses(paths: readonly LocatePath[]): ClassIndex {
  const candidates = new Map<string, number[]>();
  for (const path of paths) {
    if (path.lost > 0) for (const component of path.components) candidates.set(component, []);
  }
  const others = new Set<string>();
  paths.forEach((path, index) => {
    for (const component of path.components) {
      const crossed = candidates.get(component);
      if (crossed === undefined) others.add(component);
      // A component listed twice on a path is crossed once.
      else if (crossed.at(-1) !== index) crossed.push(index);
    }
  });
  const classes = new Map<string, ComponentClass>();
  for (const [component, crossed] of candidates) {
    const key = crossed.join();
    const known = classes.get(key);
    if (known === undefined) {
      const lossy = crossed.filter((index) => (paths[index]?.lost ?? 0) > 0);
      classes.set(key, { members: [component], paths: crossed, lossy });
    } else known.members.push(component);
  }
  const list = [...classes.values()];
  for (const entry of list) entry.members.sort();
  const byPath = new Map<number, number[]>();
  list.forEach((entry, at) => {
    for (const index of entry.lossy) {
      const crossing = byPath.get(index);
      if (crossing === undefined) byPath.set(index, [at]);
      else crossing.push(at);
    }
  });
  return { classes: list, byPath, components: candidates.size + others.size };
}
