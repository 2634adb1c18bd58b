import { binomialTail } from './binomial.ts';
import { loneDissenter } from './lone-dissenter.ts';
import { fitComponent, logLikelihood, maxExponent } from './loss-fit.ts';
import type { Crossing, Fit } from './loss-fit.ts';
import type { ClassIndex, ComponentClass, LocatePath } from './path-classes.ts';
import { indexClasses } from './path-classes.ts';

export type { LocatePath } from './path-classes.ts';

export interface LocateOptions {
  /** Loss of a healthy network. */
  backgroundLoss: number;
  /** What a suspect has to gain in log-likelihood beyond the price of choosing it among all components. */
  margin: number;
}

export const defaultLocateOptions: LocateOptions = { backgroundLoss: 0.0005, margin: 4 };

export interface LocatedSuspect {
  component: string;
  /** Other components that cross exactly the same paths. */
  indistinguishable: string[];
  lossRate: number;
  /** 0 to 1: against the best other explanation of the same losses. */
  confidence: number;
  /** Lossy paths that cross it. */
  explains: string[];
  /** Reporters whose contradiction was set aside because at least three others agree. */
  dissenting: string[];
}

export interface LocateResult {
  suspects: LocatedSuspect[];
  /** Lossy paths that neither a suspect nor the background explains. */
  unexplained: string[];
}

/** A class taken for broken, with the rate that fits best together with the others chosen. */
interface Chosen {
  at: number;
  exponent: number;
  dissenter: string | null;
}

interface Candidate extends Fit {
  dissenter: string | null;
}

/** Probability below which the remaining loss of a path is not the background's. */
const unexplainedAlpha = 0.01;

/**
 * Names the components whose loss explains what the paths saw: a penalised maximum-likelihood fit of loss rates.
 * Greedy forward selection (one common explanation gains more than many small ones), joint refit, backward
 * elimination of what others have made superfluous, and exchange of single choices, until nothing improves.
 * The price of a suspect grows with the logarithm of the number of components (extended BIC, Chen and Chen 2008).
 */
export function locate(
  input: readonly LocatePath[],
  options: LocateOptions = defaultLocateOptions,
): LocateResult {
  const paths = input.filter((path) => path.sent > 0);
  if (!paths.some((path) => path.lost > 0)) return { suspects: [], unexplained: [] };
  const index = indexClasses(paths);
  const fit = createFit(paths, index, options);
  fit.search();
  return fit.result();
}

function createFit(paths: readonly LocatePath[], index: ClassIndex, options: LocateOptions) {
  const { classes } = index;
  const price = Math.log(Math.max(2, index.components)) + options.margin;
  const base = paths.map(
    (path) => -Math.log1p(-Math.min(0.9999, Math.max(options.backgroundLoss, path.explainedLoss ?? 0))),
  );
  const exponents = Float64Array.from(base);
  const gains: (Candidate | null)[] = classes.map(() => null);
  const chosen = new Map<number, Chosen>();

  function classAt(at: number): ComponentClass {
    return classes[at] ?? { members: [], paths: [], lossy: [] };
  }

  function crosses(pathIndex: number, dissenter: string | null): boolean {
    return dissenter === null || paths[pathIndex]?.source !== dissenter;
  }

  function fitWithout(at: number, dissenter: string | null): Fit {
    const { lossy, paths: all } = classAt(at);
    const crossing: Crossing[] = [];
    for (const i of lossy) {
      const path = paths[i];
      if (path === undefined || !crosses(i, dissenter)) continue;
      crossing.push({ sent: path.sent, lost: path.lost, exponent: exponents[i] ?? 0 });
    }
    let delivered = 0;
    for (const i of all) {
      const path = paths[i];
      if (path !== undefined && crosses(i, dissenter)) delivered += path.sent - path.lost;
    }
    return fitComponent(crossing, delivered);
  }

  /** The best fit of a class; one reporter that contradicts at least three others is set aside when that pays. */
  function candidate(at: number): Candidate {
    const plain = fitWithout(at, null);
    const dissenter = loneDissenter(classAt(at), paths);
    if (dissenter === null) return { ...plain, dissenter: null };
    const without = fitWithout(at, dissenter);
    return without.gain > plain.gain + price ? { ...without, dissenter } : { ...plain, dissenter: null };
  }

  function shift(entry: Chosen, exponent: number): void {
    const change = exponent - entry.exponent;
    if (change === 0) return;
    const { paths: crossed, lossy } = classAt(entry.at);
    for (const i of crossed) if (crosses(i, entry.dissenter)) exponents[i] = (exponents[i] ?? 0) + change;
    entry.exponent = exponent;
    for (const i of lossy) for (const neighbour of index.byPath.get(i) ?? []) gains[neighbour] = null;
  }

  function remove(entry: Chosen): void {
    shift(entry, 0);
    chosen.delete(entry.at);
  }

  function add(at: number, found: Candidate): Chosen {
    const entry: Chosen = { at, exponent: 0, dissenter: found.dissenter };
    chosen.set(at, entry);
    shift(entry, found.exponent);
    return entry;
  }

  function neighbours(at: number): Chosen[] {
    const found = new Set<Chosen>();
    for (const i of classAt(at).lossy) {
      for (const other of index.byPath.get(i) ?? []) {
        const entry = chosen.get(other);
        if (entry !== undefined && other !== at) found.add(entry);
      }
    }
    return [...found];
  }

  function refit(entries: readonly Chosen[]): void {
    for (let round = 0; round < 3; round++) {
      for (const entry of entries) {
        shift(entry, 0);
        shift(entry, fitWithout(entry.at, entry.dissenter).exponent);
      }
    }
  }

  function best(among: Iterable<number>): { at: number; found: Candidate } | null {
    let top: { at: number; found: Candidate } | null = null;
    for (const at of among) {
      if (chosen.has(at)) continue;
      const found = (gains[at] ??= candidate(at));
      if (found.exponent <= 0 || (top !== null && !better(at, found, top))) continue;
      top = { at, found };
    }
    return top;
  }

  /** Equal gains: the class that crosses more lossy paths is the more common explanation. */
  function better(at: number, found: Candidate, top: { at: number; found: Candidate }): boolean {
    if (Math.abs(found.gain - top.found.gain) > 1e-9) return found.gain > top.found.gain;
    return classAt(at).lossy.length > classAt(top.at).lossy.length;
  }

  /** What the fit loses without this entry once its neighbours have taken over what they can. */
  function worth(entry: Chosen): number {
    const others = neighbours(entry.at);
    const saved = [entry, ...others].map((other) => ({ other, exponent: other.exponent }));
    const touched = new Set(saved.flatMap(({ other }) => classAt(other.at).paths));
    const before = likelihood(touched);
    shift(entry, 0);
    refit(others);
    const after = likelihood(touched);
    for (const { other, exponent } of saved) shift(other, exponent);
    return before - after;
  }

  function likelihood(among: Iterable<number>): number {
    let sum = 0;
    for (const i of among) {
      const path = paths[i];
      if (path !== undefined) sum += logLikelihood(path, exponents[i] ?? 0);
    }
    return sum;
  }

  function grow(): boolean {
    let grown = false;
    for (;;) {
      const top = best(classes.keys());
      if (top === null || top.found.gain < price) return grown;
      const entry = add(top.at, top.found);
      refit([...neighbours(entry.at), entry]);
      grown = true;
    }
  }

  function prune(): boolean {
    let pruned = false;
    for (const entry of [...chosen.values()]) {
      if (entry.exponent > 0 && worth(entry) >= price) continue;
      const others = neighbours(entry.at);
      remove(entry);
      refit(others);
      pruned = true;
    }
    return pruned;
  }

  /** Tries to put one other class in the place of each choice. */
  function exchange(): boolean {
    let exchanged = false;
    for (const entry of [...chosen.values()]) {
      const { at, exponent, dissenter } = entry;
      const rivals = rivalsOf(at);
      remove(entry);
      const own = candidate(at);
      const top = best(rivals);
      if (top !== null && top.found.gain > own.gain + 1e-6) {
        add(top.at, top.found);
        exchanged = true;
      } else add(at, { exponent, gain: 0, dissenter });
    }
    return exchanged;
  }

  function rivalsOf(at: number): Set<number> {
    const rivals = new Set(classAt(at).lossy.flatMap((i) => index.byPath.get(i) ?? []));
    rivals.delete(at);
    return rivals;
  }

  function confidence(entry: Chosen): number {
    const rivals = rivalsOf(entry.at);
    const { exponent } = entry;
    shift(entry, 0);
    const own = fitWithout(entry.at, entry.dissenter).gain;
    const rival = best(rivals)?.found.gain ?? 0;
    shift(entry, exponent);
    const lead = Math.min(own - price, own - rival);
    return 1 / (1 + Math.exp(-Math.max(-30, Math.min(30, lead))));
  }

  function suspectOf(entry: Chosen): LocatedSuspect {
    const { members, lossy } = classAt(entry.at);
    const [component = '', ...indistinguishable] = members;
    return {
      component,
      indistinguishable,
      lossRate: entry.exponent >= maxExponent ? 1 : -Math.expm1(-entry.exponent),
      confidence: confidence(entry),
      explains: lossy.flatMap((i) => (crosses(i, entry.dissenter) ? (paths[i]?.id ?? []) : [])),
      dissenting: entry.dissenter === null ? [] : [entry.dissenter],
    };
  }

  return {
    search() {
      for (let round = 0; round < 4; round++) {
        const changed = [grow(), prune(), exchange()];
        if (!changed.includes(true)) return;
      }
      prune();
    },
    result(): LocateResult {
      const suspects = [...chosen.values()]
        .map(suspectOf)
        .toSorted((a, b) => b.confidence - a.confidence || b.explains.length - a.explains.length);
      const unexplained = paths.flatMap((path, i) => {
        if (path.lost === 0) return [];
        const rate = -Math.expm1(-(exponents[i] ?? 0));
        return binomialTail(path.lost, path.sent, rate) < unexplainedAlpha ? [path.id] : [];
      });
      return { suspects, unexplained };
    },
  };
}
