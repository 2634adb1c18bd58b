import type { PlanResult } from './catalogue-entry.ts';

export type Refusal = Extract<PlanResult, { ok: false }>;

/** An action that is not possible or not safe here, with the reason in words a person can act on. */
export function refuse(reason: Refusal['reason'], detail: string): Refusal {
  return { ok: false, reason, detail };
}
