import type { CauseId, Check, Confidence, Evidence, RankedCause } from '../domain/cause.ts';
import { clip } from './evidence.ts';

/**
 * A piece of evidence with how much it counts, 0 to 1: about 0.9 proves the cause by itself, 0.5 makes it likely,
 * 0.2 fits it. Against: what it leaves of the cause is 1 minus the weight.
 */
export interface Weighed {
  weight: number;
  evidence: Evidence;
}

/** Text alone (events, logs: written by whoever runs pods) never makes a cause more than plausible. */
const TEXT_ALONE = 0.6;

function isText({ evidence }: Weighed): boolean {
  return evidence.source === 'event' || evidence.source === 'log';
}

/** Independent evidence adds up as probabilities do (noisy or); what speaks against it scales the sum down. */
export function scoreOf(pro: readonly Weighed[], contra: readonly Weighed[]): number {
  const doubt = pro.reduce((left, { weight }) => left * (1 - weight), 1);
  const raw = 1 - doubt;
  const believed = pro.every(isText) ? Math.min(raw, TEXT_ALONE) : raw;
  const scaled = contra.reduce((score, { weight }) => score * (1 - weight), believed);
  return Math.round(scaled * 1000) / 1000;
}

export function confidenceOf(score: number): Confidence {
  if (score >= 0.8) return 'high';
  return score >= 0.5 ? 'medium' : 'low';
}

/** A cause from its weighed evidence; null when nothing speaks for it. */
export function weighedCause(input: {
  id: CauseId;
  component: string;
  summary: string;
  pro: readonly Weighed[];
  contra: readonly Weighed[];
}): RankedCause | null {
  if (input.pro.length === 0) return null;
  const score = scoreOf(input.pro, input.contra);
  const heaviestFirst = (list: readonly Weighed[]) =>
    list.toSorted((a, b) => b.weight - a.weight).map(({ evidence }) => evidence);
  return {
    id: input.id,
    score,
    confidence: confidenceOf(score),
    component: clip(input.component, 200),
    summary: clip(input.summary, 400),
    for: heaviestFirst(input.pro).slice(0, 20),
    against: heaviestFirst(input.contra).slice(0, 20),
  };
}

/** A check as the record of the runbook shows it. The title names what was looked for, so that it reads as "ruled out: ...". */
export function check(id: string, title: string, result: Check['result'], detail: string): Check {
  return { id: clip(id, 80), title: clip(title, 150), result, detail: clip(detail, 400) };
}
