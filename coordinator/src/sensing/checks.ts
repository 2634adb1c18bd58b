import type { CheckSpec } from '@pathmedic/shared/contract/plan.ts';
import type { CheckWindow } from '@pathmedic/shared/contract/report.ts';
import type { CheckOutcome, CheckRequest } from '../ports/network-view.ts';
import type { NetworkPlan } from './plan.ts';

/** Contract's bounds on one agent's checks. */
const maxProbesPerCheck = 500;
const maxChecksPerAgent = 20;
/** However the clocks of store and coordinator differ, agents get this long to hear of a check. */
const minLifeMs = 15_000;
/** Results stay readable this long after the deadline. */
const keepResultsMs = 10 * 60_000;
const defaultSpreadMs = 5000;
/** Each probe with large packets repeats by itself what fails. */
const largeProbes = 3;

interface OpenCheck {
  request: CheckRequest;
  count: number;
  spreadMs: number;
  untilMs: number;
  results: Map<string, CheckWindow>;
}

/** Fresh probes on demand: what was asked, which agent has to do what, what came back. */
export interface Checks {
  /** Asking again with the same nonce changes nothing. */
  request(request: CheckRequest, nowMs: number): void;
  /** The part of the open checks that this agent does. */
  specsFor(agentUid: string, plan: NetworkPlan, nowMs: number): CheckSpec[];
  /** Takes a result from the agent that was asked for that path. */
  record(agentUid: string, window: CheckWindow, plan: NetworkPlan): void;
  outcome(nonce: string): CheckOutcome | null;
  /** Forgets checks long past their deadline. */
  prune(nowMs: number): void;
}

export function createChecks(): Checks {
  const open = new Map<string, OpenCheck>();
  return {
    request(request, nowMs) {
      if (open.has(request.nonce)) return;
      const count = Math.min(200, Math.max(1, Math.ceil(request.probesPerPath)));
      const leftMs = Math.max(0, request.deadlineMs - nowMs);
      open.set(request.nonce, {
        request,
        count,
        spreadMs: Math.round(Math.min(defaultSpreadMs, leftMs / 3)),
        untilMs: Math.max(request.deadlineMs, nowMs + minLifeMs),
        results: new Map(),
      });
    },
    specsFor(agentUid, plan, nowMs) {
      const specs: CheckSpec[] = [];
      for (const check of open.values()) {
        if (check.untilMs <= nowMs) continue;
        const asked = check.request.pathIds.flatMap((id) => plan.paths.get(id) ?? []);
        const probes = asked.filter((planned) => planned.agentUid === agentUid).map(({ probe }) => probe);
        // Whole until all of it is done: each change would make the agent fetch its plan again.
        if (probes.every(({ pathId }) => check.results.has(pathId))) continue;
        const { nonce } = check.request;
        const byCount = Map.groupBy(probes, ({ protocol }) =>
          protocol === 'mtu' ? Math.min(check.count, largeProbes) : check.count,
        );
        for (const [count, own] of byCount)
          specs.push({ nonce, count, spreadMs: check.spreadMs, probes: own.slice(0, maxProbesPerCheck) });
      }
      return specs.slice(-maxChecksPerAgent);
    },
    record(agentUid, window, plan) {
      const check = open.get(window.nonce);
      const asked = check?.request.pathIds.includes(window.pathId) === true;
      if (check === undefined || !asked || plan.paths.get(window.pathId)?.agentUid !== agentUid) return;
      // A window without probes is no result: no data is not healthy.
      if (window.sent > 0 && !check.results.has(window.pathId)) check.results.set(window.pathId, window);
    },
    outcome(nonce) {
      const check = open.get(nonce);
      if (check === undefined) return null;
      const paths = [...check.results.values()].map((window) => ({
        pathId: window.pathId,
        sent: window.sent,
        ok: window.ok,
        failures: Object.entries(window.failures).flatMap(([outcome, count]) =>
          count === undefined ? [] : [{ outcome, count }],
        ),
      }));
      const missing = check.request.pathIds.filter((id) => !check.results.has(id));
      return { nonce, paths, missing };
    },
    prune(nowMs) {
      for (const [nonce, check] of open) if (check.untilMs + keepResultsMs < nowMs) open.delete(nonce);
    },
  };
}
