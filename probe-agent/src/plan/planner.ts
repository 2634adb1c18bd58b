import type { AgentIdentity } from '@pathmedic/shared/contract/identity.ts';
import { AgentPlan } from '@pathmedic/shared/contract/plan.ts';
import type { Clock, Timer } from '@pathmedic/shared/runtime/clock.ts';
import type { Logger } from '@pathmedic/shared/runtime/logger.ts';
import type { CallResult, CoordinatorClient } from '../coordinator-client/client.ts';
import { backOffMs } from '../report/back-off.ts';
import type { PlanCache } from './plan-cache.ts';

/** What became of one attempt to get the plan. */
export type FetchResult =
  | 'applied'
  | 'unchanged'
  | 'invalid'
  | 'not-mine'
  | 'shed'
  | 'unauthorized'
  | 'rejected'
  | 'unreachable';

export interface PlannerOptions {
  clock: Clock;
  random: () => number;
  logger: Logger;
  client: CoordinatorClient;
  cache: PlanCache;
  identity: AgentIdentity;
  /** Called with each plan that is to be run from now on. */
  onPlan: (plan: AgentPlan) => void;
  onResult: (result: FetchResult) => void;
}

export interface Planner {
  /** Runs the cached plan, if any, and asks for the current one until it has it. */
  start(): void;
  /** The coordinator named this version: fetches it unless it already runs. */
  wants(version: string): void;
  version(): string | null;
  stop(): Promise<void>;
}

/** Keeps this agent on the plan that the coordinator wants it to run. */
export function createPlanner(options: PlannerOptions): Planner {
  const { clock, client, cache, identity, logger } = options;
  const query = new URLSearchParams({
    node: identity.node,
    mode: identity.mode,
    namespace: identity.namespace,
    podName: identity.podName,
    podUid: identity.podUid,
  });
  let version: string | null = null;
  let failures = 0;
  let retry: { timer: Timer; after: FetchResult } | null = null;
  let fetching: Promise<void> | null = null;
  let stopped = false;

  function fetch(): void {
    if (stopped || fetching !== null || retry !== null) return;
    fetching = client
      .call({
        method: 'GET',
        path: `/v1/plan?${query.toString()}`,
        headers: version === null ? {} : { 'if-none-match': `"${version}"` },
      })
      .then((result) => {
        fetching = null;
        settle(result);
      });
  }

  function settle(result: CallResult): void {
    const outcome = result.kind === 'ok' ? accept(result.status, result.json) : result.kind;
    options.onResult(outcome);
    if (outcome === 'applied' || outcome === 'unchanged') {
      failures = 0;
      return;
    }
    if (failures === 0)
      logger.warn({ result: outcome, ...(result.kind === 'ok' ? {} : { answer: result }) }, 'no plan');
    failures += 1;
    const delayMs = result.kind === 'shed' ? result.afterMs : backOffMs(failures, options.random());
    if (stopped) return;
    const timer = clock.after(delayMs, () => {
      retry = null;
      fetch();
    });
    retry = { timer, after: outcome };
  }

  function accept(status: number, json: unknown): FetchResult {
    if (status === 304) return 'unchanged';
    const parsed = AgentPlan.safeParse(json);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      logger.error({ at: issue?.path.join('.'), issue: issue?.message }, 'plan is not valid');
      return 'invalid';
    }
    const plan = parsed.data;
    if (plan.node !== identity.node || plan.mode !== identity.mode) {
      logger.error({ planNode: plan.node, planMode: plan.mode }, 'plan is for another agent');
      return 'not-mine';
    }
    if (plan.version === version) return 'unchanged';
    version = plan.version;
    cache.store(plan);
    options.onPlan(plan);
    return 'applied';
  }

  return {
    start() {
      const cached = cache.load();
      if (cached !== null && cached.node === identity.node && cached.mode === identity.mode) {
        logger.info({ version: cached.version }, 'running the cached plan');
        options.onPlan(cached);
      }
      fetch();
    },
    wants(wanted) {
      if (wanted === version) return;
      // It has just answered, so it is no longer out of reach. Without a plan this agent answers nobody's probes.
      if (retry?.after === 'unreachable') {
        retry.timer.cancel();
        retry = null;
      }
      fetch();
    },
    version: () => version,
    async stop() {
      stopped = true;
      retry?.timer.cancel();
      await fetching;
    },
  };
}
