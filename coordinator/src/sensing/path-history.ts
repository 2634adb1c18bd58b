/** One window of one path as it counts for judgement: probes that ended for local reasons are not in it. */
export interface PathSample {
  receivedMs: number;
  windowMs: number;
  sent: number;
  lost: number;
  failures: ReadonlyMap<string, number>;
}

/** The latest windows of one path between the same two pods, oldest first. */
export interface PathHistory {
  signature: string;
  samples: PathSample[];
}

/** The history with one more sample: another signature starts over, the oldest go. */
export function addSample(
  history: PathHistory | undefined,
  signature: string,
  sample: PathSample,
  keep: number,
): PathHistory {
  const before = history?.signature === signature ? history.samples : [];
  return { signature, samples: [...before, sample].slice(-keep) };
}
