/** Probability of `lost` or more losses among `sent` probes that are each lost with probability `rate`. */
export function binomialTail(lost: number, sent: number, rate: number): number {
  if (lost <= 0) return 1;
  if (rate <= 0) return 0;
  if (rate >= 1) return 1;
  // Sum from k = lost upwards; terms shrink at once when lost is far above the mean.
  let logTerm = lost * Math.log(rate) + (sent - lost) * Math.log(1 - rate) + logChoose(sent, lost);
  let sum = 0;
  for (let k = lost; k <= sent; k++) {
    const term = Math.exp(logTerm);
    sum += term;
    if (term < sum * 1e-12 && k > sent * rate) break;
    logTerm += Math.log((sent - k) / (k + 1)) + Math.log(rate / (1 - rate));
  }
  return Math.min(1, sum);
}

function logChoose(n: number, k: number): number {
  let sum = 0;
  const small = Math.min(k, n - k);
  for (let i = 1; i <= small; i++) sum += Math.log((n - small + i) / i);
  return sum;
}
