/**
 * The model behind locate: each component loses a share p of what crosses it, independently, so a path survives with
 * the product of (1 - p). With t = -ln(1 - p) the exponents of a path's components simply add up, and the likelihood is
 * concave in t: one component's best rate, given the others, is one root of a falling function.
 */
export interface Crossing {
  sent: number;
  lost: number;
  /** Sum of the exponents of everything else that this path crosses, background included. */
  exponent: number;
}

/** Exponent at which a component counts as losing everything. */
export const maxExponent = 9.2;

/** Log-likelihood of what a path saw, for an exponent. */
export function logLikelihood(path: { sent: number; lost: number }, exponent: number): number {
  const delivered = path.sent - path.lost;
  return (path.lost === 0 ? 0 : path.lost * Math.log(-Math.expm1(-exponent))) - delivered * exponent;
}

/** Best exponent for a component and how much it gains in log-likelihood over exponent 0. */
export interface Fit {
  exponent: number;
  gain: number;
}

/**
 * Fits one component: `lossy` are its paths with losses, `delivered` all answered probes over all of its paths (paths
 * without loss only enter there, so they cost nothing).
 */
export function fitComponent(lossy: readonly Crossing[], delivered: number): Fit {
  if (lossy.length === 0 || slope(lossy, delivered, 0) <= 0) return { exponent: 0, gain: 0 };
  const exponent = root(lossy, delivered);
  let gain = -delivered * exponent;
  for (const path of lossy) {
    const before = -Math.expm1(-path.exponent);
    const after = -Math.expm1(-(path.exponent + exponent));
    gain += path.lost * Math.log(after / before);
  }
  return { exponent, gain };
}

function slope(lossy: readonly Crossing[], delivered: number, t: number): number {
  let sum = -delivered;
  for (const path of lossy) sum += path.lost / Math.expm1(path.exponent + t);
  return sum;
}

/** Bisection with Newton steps where they stay inside the bracket. */
function root(lossy: readonly Crossing[], delivered: number): number {
  let low = 0;
  let high = maxExponent;
  if (slope(lossy, delivered, high) >= 0) return high;
  const lost = lossy.reduce((sum, path) => sum + path.lost, 0);
  // Where nothing else loses, the share lost is the answer.
  let t = Math.min(high, Math.max(1e-6, Math.log1p(lost / Math.max(delivered, 1e-9))));
  for (let step = 0; step < 20; step++) {
    const at = slope(lossy, delivered, t);
    if (at > 0) low = t;
    else high = t;
    let bend = 0;
    for (const path of lossy) {
      const e = Math.expm1(path.exponent + t);
      bend -= (path.lost * (e + 1)) / (e * e);
    }
    const next = t - at / bend;
    const inside = next > low && next < high ? next : (low + high) / 2;
    if (Math.abs(inside - t) < 1e-7) return inside;
    t = inside;
  }
  return t;
}
