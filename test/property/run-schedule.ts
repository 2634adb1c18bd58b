import type { RedisServer } from '../support/redis.ts';
import { allIncidents, violations, type Told } from './invariants.ts';
import type { Sabotage } from './sabotage.ts';
import { createWorld, startMs, type World } from './world.ts';

export interface ScheduleResult {
  seed: number;
  violations: string[];
  trace: string[];
  /** How the incidents ended, for a look at what the schedules cover. */
  endings: string[];
  mutations: number;
  crashes: number;
}

const minute = 60_000;
/** Faults and people's surprises happen in the first minutes; then everything has to come to rest. */
const calmAtMs = 3 * minute;
const sweepEveryMs = 10_000;
const endAtMs = 60 * minute;

/** One schedule, from a healthy cluster to rest. The same seed does the same again. */
export async function runSchedule(
  redis: RedisServer,
  seed: number,
  sabotage: Sabotage,
  weather: Weather = 'mixed',
): Promise<ScheduleResult> {
  const world = await createWorld(redis, seed, sabotage);
  try {
    plot(world, surprises[weather]);
    world.startProcesses();
    let found: string[] | null = null;
    const { schedule } = world;
    for (let atMs = startMs + sweepEveryMs; atMs < startMs + endAtMs; atMs += sweepEveryMs) {
      await schedule.run(atMs);
      const incidents = await allIncidents(world);
      if (atMs >= startMs + calmAtMs && (await atRest(world, incidents))) break;
      people(world, incidents);
      // A sweep that would find nothing is not worth its turns.
      if (await somethingToDo(world, incidents)) world.sweepNow();
    }
    found = await violations(world);
    const incidents = await allIncidents(world);
    return {
      seed,
      violations: found,
      trace: schedule.trace,
      endings: incidents.map(({ incident }) => incident.closed?.how ?? incident.phase),
      mutations: world.plant.server.mutations().filter((m) => m.resource === 'daemonsets').length,
      crashes: schedule.trace.filter((line) => line.endsWith('crashes')).length,
    };
  } finally {
    await world.close();
    await forget(redis, world.prefix);
  }
}

/** How likely each surprise is; `failovers` is for what only a store that forgets can break. */
const surprises = {
  mixed: { healed: 0.15, brokenOtherwise: 0.25, touched: 0.3, brokenAgain: 0.25, failover: 0.3 },
  failovers: { healed: 0, brokenOtherwise: 0, touched: 0.3, brokenAgain: 0.9, failover: 1 },
} as const;

export type Weather = keyof typeof surprises;

/** What happens to the cluster and to the store, by the seed. */
function plot(world: World, chance: (typeof surprises)[Weather]): void {
  const { schedule, plant } = world;
  const clock = schedule.clockOf({ name: 'plot', crashed: false }, 0);
  const random = schedule.random;
  const redis = { name: 'redis', crashed: false };
  const at = (seconds: number, what: string, run: () => void | Promise<void>): void => {
    clock.after(seconds * 1000, () => {
      schedule.trace.push(`   ${what}`);
      void run();
    });
  };
  at(2, 'the CNI DaemonSet is broken', () => plant.edit('break'));
  if (random() < chance.healed)
    at(10 + random() * 200, 'somebody heals it by hand', () => plant.edit('heal'));
  if (random() < chance.brokenOtherwise)
    at(5 + random() * 60, 'somebody breaks it otherwise', () => plant.edit('break-otherwise'));
  if (random() < chance.touched) at(5 + random() * 120, 'somebody touches it', () => plant.edit('touch'));
  if (random() < chance.brokenAgain)
    at(40 + random() * 100, 'a GitOps tool breaks it again', () => plant.edit('break'));
  if (random() < chance.failover) {
    const from = 5 + random() * 60;
    at(from, 'the replica of the store begins to lag', () =>
      schedule.call(redis, 'lag', () => world.lagBehind()),
    );
    at(from + 2 + random() * 60, 'failover', () => schedule.call(redis, 'fail over', () => world.failOver()));
  }
  clock.after(calmAtMs, () => world.calm());
}

/** Ana looks at the cards every few seconds: approves most, twice at once now and then; after the calm she also repairs what pathmedic gave up on. */
function people(world: World, incidents: readonly Told[]): void {
  const { schedule } = world;
  for (const { incident } of incidents) {
    const card = incident.proposals.at(-1);
    if (card?.status.at === 'open' && schedule.random() < 0.5) {
      world.clickApprove(incident.id, card.proposal.id);
      if (schedule.random() < 0.4) world.clickApprove(incident.id, card.proposal.id);
    }
    const calm = schedule.nowMs() >= startMs + calmAtMs;
    if (calm && (incident.phase === 'needs-help' || incident.phase === 'escalated') && world.plant.broken()) {
      schedule.trace.push('   ana repairs it by hand');
      world.plant.edit('heal');
    }
  }
}

/** Healthy, every incident closed, every message told. */
async function atRest(world: World, incidents: readonly Told[]): Promise<boolean> {
  if (world.plant.broken()) return false;
  if (incidents.some(({ incident }) => incident.phase !== 'closed')) return false;
  return (await world.store.outboxPending(1)).length === 0;
}

async function somethingToDo(world: World, incidents: readonly Told[]): Promise<boolean> {
  const open = incidents.filter(({ incident }) => incident.phase !== 'closed');
  const seen = open.some(({ incident }) => !incident.symptomsGone);
  if (world.plant.broken() !== seen) return true;
  const [coordinator, executor, outbox] = await Promise.all([
    world.store.due('coordinator', 1),
    world.store.due('executor', 1),
    world.store.outboxPending(1),
  ]);
  return coordinator.length + executor.length + outbox.length > 0;
}

async function forget(redis: RedisServer, prefix: string): Promise<void> {
  const client = redis.inspect();
  const keys = await client.keys(`${prefix}*`);
  if (keys.length > 0) await client.del(...keys);
}
