import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IncidentStore } from '@pathmedic/coordinator/ports/incident-store.ts';
import type { EventBody } from '@pathmedic/coordinator/domain/incident-event.ts';
import { eventually } from '../support/condition.ts';
import { appendRequest, healed, openRequest, openedEvent, someSymptom } from '../support/incident-events.ts';

export interface StoreUnderTest {
  store: IncidentStore;
  /** A second replica on the same data. */
  other: IncidentStore;
  /** Moves the store's clock on. */
  advanceMs(ms: number): void;
  close(): Promise<void>;
}

/** What every IncidentStore has to do; each test opens incidents of its own. */
export function describeIncidentStore(name: string, create: () => Promise<StoreUnderTest>): void {
  describe(`IncidentStore: ${name}`, () => {
    let under: StoreUnderTest;
    let store: IncidentStore;
    beforeAll(async () => {
      under = await create();
      store = under.store;
    });
    afterAll(() => under?.close());

    async function opened(scope: string = randomUUID()): Promise<{ id: string; scope: string }> {
      const id = `inc-${randomUUID()}`;
      const result = await store.open(openRequest(id, scope));
      expect(result).toMatchObject({ ok: true });
      return { id, scope };
    }

    test('an opened incident is loaded with its events in order and the store clock as their time', async () => {
      const { id, scope } = await opened();
      const result = await store.append(
        appendRequest(id, 1, [
          { type: 'triaged', lines: ['4 of 4 nodes affected'], unknown: [] },
          { type: 'said', text: 'looking: "quotes", \u2028 and \u0000 survive' },
        ]),
      );
      expect(result).toMatchObject({ ok: true, events: [{ n: 2 }, { n: 3 }], nowMs: await store.nowMs() });
      const loaded = await under.other.load(id);
      expect(loaded?.events.map((e) => [e.n, e.body.type])).toEqual([
        [1, 'opened'],
        [2, 'triaged'],
        [3, 'said'],
      ]);
      expect(loaded?.events[2]?.body).toMatchObject({ text: 'looking: "quotes", \u2028 and \u0000 survive' });
      expect(loaded?.incident).toMatchObject({ id, scopeKey: scope, length: 3, phase: 'triaged' });
      expect(await store.eventsAfter(id, 1, 1)).toEqual(loaded?.events.slice(1, 2));
      expect(await store.eventsAfter(id, 3, 10)).toEqual([]);
      expect(await store.load('inc-none')).toBeNull();
    });

    test('of two appends onto the same length one wins and the other learns the length', async () => {
      const { id } = await opened();
      const say = (text: string) =>
        appendRequest(id, 1, [{ type: 'said', text }], { outbox: [{ kind: 'reply', n: 0 }] });
      const results = await Promise.all([store.append(say('a')), under.other.append(say('b'))]);
      expect(results.filter((r) => r.ok)).toHaveLength(1);
      expect(results.find((r) => !r.ok)).toEqual({ ok: false, reason: 'conflict', length: 2 });
      expect((await store.load(id))?.events).toHaveLength(2);
      expect(await store.outboxOf(id)).toHaveLength(1);
      expect(await store.append(appendRequest('inc-none', 1, [healed]))).toEqual({
        ok: false,
        reason: 'unknown-incident',
      });
    });

    test('a scope and its aliases belong to one open incident until that closes', async () => {
      const scope = randomUUID();
      const alias = randomUUID();
      const first = `inc-${randomUUID()}`;
      expect(await store.open({ ...openRequest(first, scope), scopeAliases: [alias] })).toMatchObject({
        ok: true,
      });
      for (const key of [scope, alias]) {
        expect(await store.open(openRequest(`inc-${randomUUID()}`, key))).toEqual({
          ok: false,
          reason: 'scope-taken',
          incidentId: first,
        });
        expect(await store.findByScope(key)).toBe(first);
      }
      await store.append(appendRequest(first, 1, [healed]));
      expect(await store.findByScope(scope)).toBeNull();
      expect(await store.findRecentlyClosed(scope, 60_000)).toBe(first);
      under.advanceMs(60_000);
      expect(await store.findRecentlyClosed(scope, 60_000)).toBeNull();
      expect(await store.open(openRequest(`inc-${randomUUID()}`, scope))).toMatchObject({ ok: true });
    });

    test('two replicas that open the same scope at once make one incident', async () => {
      const scope = randomUUID();
      const results = await Promise.all(
        [store, under.other, store, under.other].map((s) =>
          s.open(openRequest(`inc-${randomUUID()}`, scope)),
        ),
      );
      expect(results.filter((r) => r.ok)).toHaveLength(1);
      expect(results.filter((r) => !r.ok && r.reason === 'scope-taken')).toHaveLength(3);
    });

    test('re-opening takes the scope back, or is refused while another incident has it', async () => {
      const { id, scope } = await opened();
      const reopened: EventBody = { type: 'reopened', symptoms: [someSymptom()] };
      await store.append(appendRequest(id, 1, [healed]));
      expect(await store.append(appendRequest(id, 2, [reopened]))).toMatchObject({
        ok: true,
      });
      expect(await store.findByScope(scope)).toBe(id);
      await store.append(appendRequest(id, 3, [healed]));
      const { id: next } = await opened(scope);
      expect(await store.append(appendRequest(id, 4, [reopened]))).toEqual({
        ok: false,
        reason: 'scope-taken',
        incidentId: next,
      });
      expect((await store.load(id))?.incident.phase).toBe('closed');
    });

    test('a listing shows each incident once, newest first, with its phase', async () => {
      const before = await store.nowMs();
      under.advanceMs(10);
      const { id: first } = await opened();
      under.advanceMs(10);
      const { id: second } = await opened();
      await store.append(appendRequest(first, 1, [healed]));
      const ids = (await store.list({ limit: 2 })).map((s) => s.id);
      expect(ids).toEqual([second, first]);
      const closed = (await store.list({ open: false, limit: 1 }))[0];
      expect(closed).toMatchObject({ id: first, phase: 'closed', closedAtMs: await store.nowMs() });
      expect((await store.list({ open: true, limit: 100 })).map((s) => s.id)).not.toContain(first);
      const older = await store.list({ limit: 100, before: closed?.openedAtMs ?? 0 });
      expect(older.every((s) => s.openedAtMs <= before)).toBe(true);
    });

    test('a due time comes once it is reached, can be moved, and goes with the append that clears it', async () => {
      const { id } = await opened();
      const at = (await store.nowMs()) + 1_000;
      await store.append(
        appendRequest(id, 1, [{ type: 'said', text: 'later' }], {
          due: [
            { role: 'coordinator', atMs: at },
            { role: 'executor', atMs: at + 5_000 },
          ],
        }),
      );
      expect(await store.due('coordinator', 100)).not.toContain(id);
      under.advanceMs(1_000);
      expect(await store.due('coordinator', 100)).toContain(id);
      expect(await store.due('executor', 100)).not.toContain(id);
      await store.defer(id, 'coordinator', at + 1_000);
      expect(await store.due('coordinator', 100)).not.toContain(id);
      under.advanceMs(1_000);
      expect(await store.due('coordinator', 100)).toContain(id);
      await store.defer(id, 'coordinator', at + 60_000, 1);
      expect(await store.due('coordinator', 100), 'more was appended than the caller saw').toContain(id);
      await store.append(
        appendRequest(id, 2, [{ type: 'said', text: 'done' }], {
          due: [{ role: 'coordinator', atMs: null }],
        }),
      );
      expect(await store.due('coordinator', 100)).not.toContain(id);
    });

    test('outbox items are delivered in order and remembered both ways', async () => {
      const id = `inc-${randomUUID()}`;
      const scope = randomUUID();
      const proposalId = 'p'.repeat(20);
      const outbox = [
        { kind: 'root', n: 0 },
        { kind: 'reply', n: 0 },
        { kind: 'card', n: 0, proposalId },
      ] as const;
      await store.open(openRequest(id, scope, { outbox: [...outbox] }));
      const items = await store.outboxOf(id);
      expect(items.map((i) => [i.position, i.key, i.n])).toEqual([
        [1, 'root', 1],
        [2, 'reply-1', 1],
        [3, `card-${proposalId}`, 1],
      ]);
      expect(await store.outboxPending(100)).toContain(id);
      const root = { channel: 'C1', ts: `${randomUUID()}.1` };
      await store.outboxDelivered(id, 1, 'root', root);
      expect((await under.other.outboxOf(id)).map((i) => i.position)).toEqual([2, 3]);
      expect(await store.postedMessage(id, 'root')).toEqual(root);
      expect(await store.findByMessage(root)).toBe(id);
      const reply = { channel: 'C1', ts: `${randomUUID()}.2` };
      await store.outboxDelivered(id, 2, 'reply-1', reply);
      expect(await store.findByMessage(reply), 'clicks and replies refer to roots and cards').toBeNull();
      await store.outboxDelivered(id, 3, `card-${proposalId}`, null);
      expect(await store.postedMessage(id, `card-${proposalId}`)).toBeNull();
      expect(await store.outboxPending(100)).not.toContain(id);
      await store.append(
        appendRequest(id, 1, [{ type: 'said', text: 'x' }], { outbox: [{ kind: 'reply', n: 0 }] }),
      );
      expect((await store.outboxOf(id)).map((i) => [i.position, i.key])).toEqual([[4, 'reply-2']]);
    });

    test('an append is told to whoever follows the incident, on every replica', async () => {
      const { id } = await opened();
      const seen: string[] = [];
      const one = await under.other.subscribe(id, (appended) => seen.push(`one ${appended}`));
      const all = await store.subscribe(null, (appended) => seen.push(`all ${appended}`));
      const { id: unrelated } = await opened();
      await store.append(appendRequest(id, 1, [{ type: 'said', text: 'x' }]));
      await eventually('both are told', () => seen.includes(`one ${id}`) && seen.includes(`all ${id}`));
      expect(seen).not.toContain(`one ${unrelated}`);
      await one.close();
      await all.close();
    });

    test('an event that the schema refuses is not stored', async () => {
      const { id } = await opened();
      const tooLong = { ...openedEvent('x').body, title: 'x'.repeat(1000) };
      await expect(store.append(appendRequest(id, 1, [tooLong as never]))).rejects.toMatchObject({
        name: 'ZodError',
      });
      expect((await store.load(id))?.events).toHaveLength(1);
    });

    test('pause and epoch are the same on every replica', async () => {
      expect(await store.pause()).toEqual({ paused: false });
      const pause = { paused: true, reason: 'restored', by: 'ana', sinceMs: 5 } as const;
      await store.setPause(pause);
      expect(await under.other.pause()).toEqual(pause);
      await store.setPause({ paused: false });
      expect(await under.other.pause()).toEqual({ paused: false });
      const epoch = await store.epoch();
      expect(epoch).not.toBe('');
      expect(await under.other.epoch()).toBe(epoch);
    });
  });
}
