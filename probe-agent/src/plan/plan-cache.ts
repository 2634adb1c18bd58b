import { readFileSync } from 'node:fs';
import { AgentPlan } from '@pathmedic/shared/contract/plan.ts';
import { parseJson } from '../coordinator-client/parse-json.ts';
import { writeFileAtomically } from '../coordinator-client/write-file.ts';

/** The last plan, kept over restarts: an agent that starts while the coordinator is away still probes and answers. */
export interface PlanCache {
  load(): AgentPlan | null;
  store(plan: AgentPlan): void;
}

/** Cache in `path`, or none when null. The file holds the probe keys: it is readable by this user only. */
export function createPlanCache(path: string | null): PlanCache {
  if (path === null) return { load: () => null, store: () => {} };
  return {
    load() {
      try {
        const parsed = AgentPlan.safeParse(parseJson(readFileSync(path, 'utf8')));
        // Nobody waits for the checks of an earlier process any more.
        return parsed.success ? { ...parsed.data, checks: [] } : null;
      } catch {
        return null;
      }
    },
    store: (plan) => void writeFileAtomically(path, JSON.stringify({ ...plan, checks: [] })),
  };
}
