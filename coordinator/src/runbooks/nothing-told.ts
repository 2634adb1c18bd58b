import type { CauseId } from '../domain/cause.ts';
import type { Situation } from '../facts/cluster-facts.ts';
import type { Judgement } from './runbook.ts';
import { check } from './weigh.ts';

/** No message speaks of the cause: that rules it out neither where logs were read, nor where none was. */
export function nothingTold({ facts }: Situation, id: CauseId, title: string): Judgement {
  const detail =
    facts.logs.length > 0
      ? 'nothing of the kind in the logs and events read'
      : 'no log was read, which proves nothing';
  return { cause: null, checks: [check(id, title, 'unknown', detail)], unknown: [] };
}
