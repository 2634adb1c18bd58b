import type { Diagnosis, RankedCause } from '../domain/cause.ts';
import type { Situation } from '../facts/cluster-facts.ts';
import { clip } from './evidence.ts';
import { dampenConsequences } from './consequences.ts';
import { runbookOf, runbooks } from './registry.ts';
import type { LogWish, Remedy } from './runbook.ts';
import { behindProbes, toldAlone } from './told-alone.ts';

const MOST_LOGS = 8;

/**
 * Runs every runbook on the situation: causes ranked by score, likeliest first, consequences behind what explains them;
 * every check that was made; what could not be seen. `other` stands where nothing fits better.
 */
export function diagnose(situation: Situation): Diagnosis {
  const judged = runbooks.map((runbook) => runbook.judge(situation));
  const named = judged.flatMap(({ cause }) => (cause === null ? [] : [cause]));
  const told = toldAlone(situation, new Set(named.map(({ id }) => id)));
  const causes = dampenConsequences([...named, ...told].map((cause) => behindProbes(situation, cause)));
  const unread = situation.facts.unknown.map(({ what, why }) => `${what}: ${why}`);
  const unseen =
    situation.network === null ? ['paths: no probes are at hand'] : incomplete(situation.network.complete);
  const unknown = [...unread, ...judged.flatMap(({ unknown: more }) => more), ...unseen];
  return {
    causes: causes.toSorted((a, b) => b.score - a.score || b.for.length - a.for.length).slice(0, 25),
    checks: judged.flatMap(({ checks }) => checks).slice(0, 80),
    unknown: [...new Set(unknown)].map((line) => clip(line, 200)).slice(0, 30),
  };
}

function incomplete(complete: boolean): string[] {
  return complete ? [] : ['paths: not all agents have reported since this replica took over'];
}

/** Logs that some runbook wants to read for this situation, each once, at most eight. */
export function wantedLogs(situation: Situation): LogWish[] {
  const wishes = new Map<string, LogWish>();
  for (const runbook of runbooks) {
    for (const wish of runbook.wantsLogs(situation).slice(0, 5)) {
      wishes.set(`${wish.namespace}/${wish.pod}/${wish.container ?? ''}/${wish.previous}`, wish);
    }
  }
  return [...wishes.values()].slice(0, MOST_LOGS);
}

/** Texts can be written by tenants: a plan needs an object's state, or probes from more than one source. */
function mayPlan(cause: RankedCause): boolean {
  return cause.for.some(({ source }) => source === 'object' || source === 'probe');
}

/** What the cause asks for; null when nothing safe can be proposed, and people have to be asked. */
export function remedyFor(situation: Situation, cause: RankedCause): Remedy | null {
  const remedy = runbookOf(cause.id)?.remedy(situation, cause) ?? null;
  return remedy?.type === 'plan' && !mayPlan(cause) ? null : remedy;
}
