import type { CauseId } from '../domain/cause.ts';
import { matchSignatures } from './match-signatures.ts';
import type { Runbook } from './runbook.ts';
import { check, weighedCause } from './weigh.ts';

/**
 * A cause that only its messages tell of: it is named, with what was printed, and people are asked. Text never proposes
 * anything.
 */
export function signatureRunbook(id: CauseId, title: string, meaning: string): Runbook {
  return {
    id,
    needs: ['events', 'logs'],
    wantsLogs: () => [],
    judge(situation) {
      const pro = matchSignatures(situation).get(id) ?? [];
      const first = pro[0];
      const cause = weighedCause({
        id,
        component: title,
        summary: first === undefined ? meaning : `${meaning}: ${first.evidence.text}`,
        pro,
        contra: [],
      });
      // That nothing was printed rules nothing out.
      const detail = first?.evidence.text ?? 'no event or log line says so, which proves nothing';
      const result = first === undefined ? 'unknown' : 'found';
      return { cause, checks: [check(id, title, result, detail)], unknown: [] };
    },
    remedy: () => null,
  };
}
