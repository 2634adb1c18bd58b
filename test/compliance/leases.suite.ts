import { createHash, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createKubernetesClaims } from '@pathmedic/coordinator/adapters/kubernetes/claims.ts';
import { createKubernetesLeadership } from '@pathmedic/coordinator/adapters/kubernetes/leadership.ts';
import { createOldClaims } from '@pathmedic/coordinator/adapters/kubernetes/old-claims.ts';
import type { Claims } from '@pathmedic/coordinator/ports/claim.ts';
import type { Leadership } from '@pathmedic/coordinator/ports/leadership.ts';
import { createVirtualClock } from '@pathmedic/shared/runtime/virtual-clock.ts';
import {
  clientOf,
  clockBehind,
  observe,
  workbench,
  type ApiServerUnderTest,
  type ObservedTransport,
  type Workbench,
} from './api-under-test.ts';

const planHash = (): string => createHash('sha256').update(randomUUID()).digest('hex');

/** What Claims and Leadership promise; time is virtual, the Leases are real ones of that API server. */
export function describeLeases(create: () => Promise<ApiServerUnderTest>): void {
  let server: ApiServerUnderTest;
  let bench: Workbench;
  beforeAll(async () => {
    server = await create();
    bench = await workbench(clientOf(server.admin));
  });
  afterAll(async () => {
    await bench?.dispose();
    await server?.close();
  });

  function replica(): { wire: ObservedTransport; claims: Claims; clock: ReturnType<typeof clockBehind> } {
    const wire = observe(server.admin);
    const clock = clockBehind(wire);
    return {
      wire,
      clock,
      claims: createKubernetesClaims(clientOf(wire.send), clock, { namespace: bench.namespace }),
    };
  }

  describe('Claims', () => {
    test('of many that claim a plan at once, one gets it, and it stays claimed', async () => {
      const hash = planHash();
      const replicas = [1, 2, 3, 4, 5].map(() => replica().claims);
      const results = await Promise.all(replicas.map((claims, i) => claims.claimPlan(hash, `executor-${i}`)));
      const winner = results.findIndex((result) => result.ok);
      expect(results.filter((result) => result.ok)).toHaveLength(1);
      const taken = { ok: false, reason: 'already-claimed', holder: `executor-${winner}` };
      expect(results.filter((result) => !result.ok)).toEqual([taken, taken, taken, taken]);
      expect(await replica().claims.claimPlan(hash, 'later')).toEqual(taken);
      expect(await replica().claims.claimPlan(planHash(), 'later')).toEqual({ ok: true });
    });

    test('a claim is found by those who only look, and looking claims nothing', async () => {
      const { wire, claims } = replica();
      const hash = planHash();
      expect(await claims.findClaim(hash)).toEqual({ ok: true, holder: null });
      expect(await claims.claimPlan(hash, 'executor-1')).toEqual({ ok: true });
      expect(await replica().claims.findClaim(hash)).toEqual({ ok: true, holder: 'executor-1' });
      wire.meddle = () => ({ loseReply: new Error('socket hang up') });
      expect(await claims.findClaim(hash)).toMatchObject({ ok: false, reason: 'unavailable' });
    });

    test('a claim whose answer was lost is unavailable, and then found to be one’s own', async () => {
      const { wire, claims } = replica();
      const hash = planHash();
      wire.meddle = () => ({ loseReply: new Error('socket hang up') });
      expect(await claims.claimPlan(hash, 'executor-1')).toMatchObject({ ok: false, reason: 'unavailable' });
      wire.meddle = null;
      expect(await claims.claimPlan(hash, 'executor-1')).toEqual({
        ok: false,
        reason: 'already-claimed',
        holder: 'executor-1',
      });
    });

    test('one mutation at a time: the next one waits for the release', async () => {
      const [one, two] = [replica().claims, replica().claims];
      const results = await Promise.all([one.acquireMutex('one', 30_000), two.acquireMutex('two', 30_000)]);
      expect(results.filter((result) => result.ok)).toHaveLength(1);
      const [holder, waiting, first, second] = results[0].ok
        ? [one, two, 'one', 'two']
        : [two, one, 'two', 'one'];
      expect(await waiting.acquireMutex(second, 30_000)).toEqual({
        ok: false,
        reason: 'held',
        holder: first,
      });
      await waiting.releaseMutex(second);
      expect(await waiting.acquireMutex(second, 30_000)).toMatchObject({ ok: false, reason: 'held' });
      await holder.releaseMutex(first);
      expect(await waiting.acquireMutex(second, 30_000)).toEqual({ ok: true });
      await waiting.releaseMutex(second);
    });

    test('the mutex of a dead holder is taken only after it was seen unchanged for its whole time', async () => {
      const { claims: dead } = replica();
      const { claims: heir, clock } = replica();
      expect(await dead.acquireMutex('dead', 30_000)).toEqual({ ok: true });
      // The heir's wall clock is hours ahead: that alone says nothing.
      await clock.advanceBy(5 * 3_600_000);
      expect(await heir.acquireMutex('heir', 30_000)).toMatchObject({ ok: false, reason: 'held' });
      await clock.advanceBy(29_999);
      expect(await heir.acquireMutex('heir', 30_000)).toMatchObject({ ok: false, reason: 'held' });
      await clock.advanceBy(1);
      expect(await heir.acquireMutex('heir', 30_000)).toEqual({ ok: true });
      await heir.releaseMutex('heir');
    });

    test('the epoch is null until written, and the same for every replica afterwards', async () => {
      const [one, two] = [replica().claims, replica().claims];
      expect(await one.readEpoch()).toEqual({ ok: true, epoch: null, point: null });
      expect(await one.writeEpoch('first', '7 a')).toBe(true);
      expect(await two.readEpoch()).toEqual({ ok: true, epoch: 'first', point: '7 a' });
      expect(await two.writeEpoch('second', '8 b')).toBe(true);
      expect(await one.readEpoch()).toEqual({ ok: true, epoch: 'second', point: '8 b' });
    });

    test('claims of plans are removed when they are old, and nothing else is', async () => {
      const { claims, wire } = replica();
      const hash = planHash();
      expect(await claims.claimPlan(hash, 'executor-1')).toEqual({ ok: true });
      expect(await claims.writeEpoch('kept', '9 c')).toBe(true);
      expect(await claims.acquireMutex('kept', 30_000)).toEqual({ ok: true });
      const sweepAfter = (days: number, send = wire.send) => {
        const clock = createVirtualClock({ startMs: Date.now() + days * 24 * 3_600_000 });
        return createOldClaims(clientOf(send), clock, { namespace: bench.namespace }).removeOld();
      };
      expect(await sweepAfter(29)).toEqual({ ok: true, removed: 0 });
      expect(await claims.claimPlan(hash, 'executor-2')).toMatchObject({ reason: 'already-claimed' });
      expect(await sweepAfter(31, server.nobody)).toMatchObject({ ok: false, reason: 'denied', removed: 0 });
      expect(await sweepAfter(31)).toEqual({ ok: true, removed: expect.any(Number) });
      expect(await claims.claimPlan(hash, 'executor-2')).toEqual({ ok: true });
      expect(await claims.readEpoch()).toEqual({ ok: true, epoch: 'kept', point: '9 c' });
      expect(await claims.acquireMutex('other', 30_000)).toMatchObject({ reason: 'held', holder: 'kept' });
      await claims.releaseMutex('kept');
    });
  });

  describe('Leadership', () => {
    const candidates: Leadership[] = [];
    afterEach(async () => {
      await Promise.all(candidates.splice(0).map((candidate) => candidate.close()));
    });

    /** Two candidates for a Lease of their own, on one clock. */
    async function contest() {
      const name = `leader-${randomUUID()}`;
      const wires = [observe(server.admin), observe(server.admin)] as const;
      const clock = clockBehind(...wires);
      const candidate = (i: 0 | 1): Leadership => {
        const leadership = createKubernetesLeadership(clientOf(wires[i].send), clock, {
          namespace: bench.namespace,
          name,
          holder: `replica-${i}`,
          url: `http://replica-${i}:8470`,
          leaseMs: 15_000,
          renewMs: 5_000,
          random: () => 0.5,
        });
        candidates.push(leadership);
        return leadership;
      };
      const first = candidate(0);
      await clock.advanceBy(0);
      const second = candidate(1);
      await clock.advanceBy(0);
      return { first, second, clock, wires };
    }

    test('one leads, and the other knows where', async () => {
      const { first, second, clock } = await contest();
      expect([first.leading(), second.leading()]).toEqual([true, false]);
      expect([first.leaderUrl(), second.leaderUrl()]).toEqual([
        'http://replica-0:8470',
        'http://replica-0:8470',
      ]);
      await clock.advanceBy(120_000);
      expect([first.leading(), second.leading()], 'renewals keep it').toEqual([true, false]);
    });

    test('closing hands over at the next look', async () => {
      const { first, second, clock } = await contest();
      const changes: boolean[] = [];
      second.onChange((leading) => changes.push(leading));
      await first.close();
      expect(first.leading()).toBe(false);
      await clock.advanceBy(6_000);
      expect(second.leading()).toBe(true);
      expect(changes).toEqual([true]);
    });

    test('a leader without the API server stops by itself before another takes over', async () => {
      const { first, second, clock, wires } = await contest();
      const changes: string[] = [];
      first.onChange((leading) => changes.push(`first ${leading}`));
      second.onChange((leading) => changes.push(`second ${leading}`));
      wires[0].meddle = (request) => ({ ...request, path: '/api/v1/nowhere' });
      await clock.advanceBy(60_000);
      expect([first.leading(), second.leading()]).toEqual([false, true]);
      expect(changes).toEqual(['first false', 'second true']);
      wires[0].meddle = null;
      await clock.advanceBy(60_000);
      expect([first.leading(), second.leading()], 'it does not take it back').toEqual([false, true]);
      expect(first.leaderUrl()).toBe('http://replica-1:8470');
    });
  });
}
