import type { ProbeOutcome } from '@pathmedic/shared/contract/outcome.ts';
import type { CheckSpec, ProbeSpec } from '@pathmedic/shared/contract/plan.ts';
import type { Clock, Timer } from '@pathmedic/shared/runtime/clock.ts';
import { checkKey, checkKeys, spreadCheck } from './check-rounds.ts';
import { createDueQueue } from './due-queue.ts';
import { decideSlot, firstSlot, firstSlotOfFew, lateToleranceMs, startWithinSlot } from './slots.ts';

/** Why a probe is made: in the plan's own rhythm, or for a check that somebody waits for. */
export type ProbeCause = { kind: 'slot' } | { kind: 'check'; nonce: string };

/** Why a probe was not made. */
export type SkipReason = 'late' | 'busy';

export interface SchedulerOptions {
  clock: Clock;
  /** In [0, 1). */
  random: () => number;
  probe: (spec: ProbeSpec) => Promise<ProbeOutcome>;
  onOutcome: (spec: ProbeSpec, cause: ProbeCause, outcome: ProbeOutcome) => void;
  onSkipped: (spec: ProbeSpec, cause: ProbeCause, reason: SkipReason, count: number) => void;
  /** The last probe of one path of a check has ended (or was skipped). */
  onCheckPathDone: (nonce: string, spec: ProbeSpec) => void;
  maxInFlight: number;
  maxCheckProbesPerSecond: number;
}

export interface Scheduler {
  /**
   * Replaces the work. Paths that stay keep their rhythm. Each path of a check runs once for as long as the plans go on
   * wanting it; when one stops wanting it, what is left of it is dropped.
   */
  apply(work: { probes: readonly ProbeSpec[]; checks: readonly CheckSpec[] }): void;
  /** Starts no further probes and resolves when those in flight have ended. */
  stop(): Promise<void>;
  inFlight(): number;
}

interface SlotItem {
  kind: 'slot';
  spec: ProbeSpec;
  slotMs: number;
}
interface CheckItem {
  kind: 'check';
  spec: ProbeSpec;
  round: CheckRound;
}
/** One path of a check: how many of its probes have not ended. */
interface CheckRound {
  nonce: string;
  open: number;
}
type Item = SlotItem | CheckItem;

/** The one place that owns looping: when each probe of the plan starts, and what happens when its time is missed. */
export function createScheduler(options: SchedulerOptions): Scheduler {
  const { clock, random } = options;
  const queue = createDueQueue<Item>();
  /** Every path of a check that is wanted, also when it is done, by check key. */
  const rounds = new Map<string, CheckRound>();
  const current = new Map<string, ProbeSpec>();
  const running = new Set<Promise<void>>();
  let timer: Timer | null = null;
  let stopped = false;

  function arm(): void {
    timer?.cancel();
    timer = null;
    const nextMs = queue.nextDueMs();
    if (stopped || nextMs === null) return;
    timer = clock.after(Math.max(0, Math.ceil(nextMs - clock.monotonicMs())), turn);
  }

  function turn(): void {
    const nowMs = clock.monotonicMs();
    for (let due = queue.popDue(nowMs); due !== null; due = queue.popDue(nowMs)) {
      if (due.item.kind === 'slot') runSlot(due.item, due.dueMs, nowMs);
      else runCheckProbe(due.item, due.dueMs, nowMs);
    }
    arm();
  }

  function runSlot(item: SlotItem, startMs: number, nowMs: number): void {
    // A newer plan may have changed the path's target under the same id.
    const spec = current.get(item.spec.pathId);
    if (spec === undefined) return;
    const decision = decideSlot(item.slotMs, startMs, spec.intervalMs, nowMs);
    if (decision.kind === 'skip') options.onSkipped(spec, { kind: 'slot' }, 'late', decision.skipped);
    else if (running.size >= options.maxInFlight) options.onSkipped(spec, { kind: 'slot' }, 'busy', 1);
    else launch(spec, { kind: 'slot' }, () => {});
    pushSlot(spec, decision.nextSlotMs);
  }

  function runCheckProbe(item: CheckItem, startMs: number, nowMs: number): void {
    const { spec, round } = item;
    const cause: ProbeCause = { kind: 'check', nonce: round.nonce };
    const ended = (): void => {
      round.open -= 1;
      // A dropped round that was taken up again has a successor, which is the one to be reported.
      const wanted = rounds.get(checkKey(round.nonce, spec.pathId)) === round;
      if (round.open === 0 && wanted) options.onCheckPathDone(round.nonce, spec);
    };
    if (nowMs - startMs > lateToleranceMs(spec.timeoutMs * 2)) {
      options.onSkipped(spec, cause, 'late', 1);
      ended();
    } else if (running.size >= options.maxInFlight) {
      options.onSkipped(spec, cause, 'busy', 1);
      ended();
    } else {
      launch(spec, cause, ended);
    }
  }

  function launch(spec: ProbeSpec, cause: ProbeCause, ended: () => void): void {
    const run = options.probe(spec).then((outcome) => {
      running.delete(run);
      options.onOutcome(spec, cause, outcome);
      ended();
    });
    running.add(run);
  }

  function pushSlot(spec: ProbeSpec, slotMs: number): void {
    queue.push(startWithinSlot(slotMs, spec.intervalMs, random()), { kind: 'slot', spec, slotMs });
  }

  function startCheck(check: CheckSpec, nowMs: number): void {
    const fresh = check.probes.filter((spec) => !rounds.has(checkKey(check.nonce, spec.pathId)));
    if (fresh.length === 0) return;
    for (const spec of fresh) {
      rounds.set(checkKey(check.nonce, spec.pathId), { nonce: check.nonce, open: check.count });
    }
    // Checks share the rate: several at once are each stretched, so that together they stay near it.
    const running = new Set(
      [...rounds.values()].filter((round) => round.open > 0).map((round) => round.nonce),
    );
    const maxPerSecond = options.maxCheckProbesPerSecond / running.size;
    for (const { spec, offsetMs } of spreadCheck({ ...check, probes: fresh }, maxPerSecond, random)) {
      const round = rounds.get(checkKey(check.nonce, spec.pathId));
      if (round !== undefined) queue.push(nowMs + offsetMs, { kind: 'check', spec, round });
    }
  }

  return {
    apply(work) {
      if (stopped) return;
      const nowMs = clock.monotonicMs();
      const before = new Map(current);
      current.clear();
      for (const spec of work.probes) current.set(spec.pathId, spec);
      const wanted = checkKeys(work.checks);
      for (const key of rounds.keys()) if (!wanted.has(key)) rounds.delete(key);
      queue.retain((item) =>
        item.kind === 'slot'
          ? keepsRhythm(item.spec, current)
          : wanted.has(checkKey(item.round.nonce, item.spec.pathId)),
      );
      for (const spec of current.values()) {
        const old = before.get(spec.pathId);
        if (old === undefined || old.intervalMs !== spec.intervalMs) {
          const first = spec.protocol === 'mtu' ? firstSlotOfFew : firstSlot;
          pushSlot(spec, first(nowMs, spec.intervalMs, random()));
        }
      }
      for (const check of work.checks) startCheck(check, nowMs);
      arm();
    },
    async stop() {
      stopped = true;
      timer?.cancel();
      queue.retain(() => false);
      await Promise.all(running);
    },
    inFlight: () => running.size,
  };
}

function keepsRhythm(old: ProbeSpec, current: ReadonlyMap<string, ProbeSpec>): boolean {
  return current.get(old.pathId)?.intervalMs === old.intervalMs;
}
