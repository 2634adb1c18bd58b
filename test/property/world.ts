import { createApiClient } from '@pathmedic/coordinator/adapters/kubernetes/api-client.ts';
import { createKubernetesClaims } from '@pathmedic/coordinator/adapters/kubernetes/claims.ts';
import { mutateObject } from '@pathmedic/coordinator/adapters/kubernetes/mutate.ts';
import { readObject } from '@pathmedic/coordinator/adapters/kubernetes/read.ts';
import {
  createRedisIncidentStore,
  type RedisIncidentStore,
} from '@pathmedic/coordinator/adapters/redis/incident-store.ts';
import { createApprovalCheck } from '@pathmedic/coordinator/auth/approval-check.ts';
import type { Principal } from '@pathmedic/coordinator/domain/principal.ts';
import { announce } from '@pathmedic/coordinator/pipeline/announce.ts';
import { decideProposal } from '@pathmedic/coordinator/pipeline/decide-proposal.ts';
import { createDelivery } from '@pathmedic/coordinator/pipeline/deliver.ts';
import { executeIncident } from '@pathmedic/coordinator/pipeline/execute.ts';
import { defaultPipelineSettings } from '@pathmedic/coordinator/pipeline/settings.ts';
import { workOnIncident } from '@pathmedic/coordinator/pipeline/work.ts';
import type { Claims } from '@pathmedic/coordinator/ports/claim.ts';
import type { Cluster } from '@pathmedic/coordinator/ports/cluster.ts';
import type { IncidentStore } from '@pathmedic/coordinator/ports/incident-store.ts';
import { createDetectLoop } from '@pathmedic/coordinator/sensing/detect-loop.ts';
import { defaultSettings } from '@pathmedic/coordinator/sensing/settings.ts';
import { silentLogger } from '@pathmedic/shared/runtime/logger.ts';
import type { RedisServer } from '../support/redis.ts';
import { createChannel, type Channel } from './channel.ts';
import { faulty, noFaults, roughWeather, throwsUnavailable, type FaultRates } from './faults.ts';
import { createHttpTransport } from './http-transport.ts';
import { createPlant, type Plant } from './plant.ts';
import { createSchedule, type Process, type Schedule } from './schedule.ts';
import { copyStore, loseTail, type StoreCopy } from './lost-tail.ts';
import { createSensors } from './sensors.ts';
import type { Sabotage } from './sabotage.ts';
import type { WriteOracle } from './write-oracle.ts';
import { createWriteOracle } from './write-oracle.ts';

export const startMs = Date.UTC(2026, 0, 15, 3, 0, 0);
export const approvalKey = 'approval-key-of-the-property-tests';
export const ana: Principal = { name: 'ana', roles: ['viewer', 'approver'] };

/** All that one schedule runs on. */
export interface World {
  schedule: Schedule;
  plant: Plant;
  channel: Channel;
  /** The store without faults: for people's eyes and for the invariants. */
  store: RedisIncidentStore;
  writes: WriteOracle;
  prefix: string;
  /** Proposals that an approver clicked Approve on, whatever became of the click. */
  approvedByPeople: Set<string>;
  /** Faults stop: from here on everything must converge. */
  calm(): void;
  startProcesses(): void;
  /** Ana clicks Approve, through one replica. */
  clickApprove(incidentId: string, proposalId: string): void;
  /** Wakes every live process, as its sweeper would. */
  sweepNow(): void;
  /** Remembers the store as it is; `failOver` later puts it back to that, losing what was written in between. */
  lagBehind(): Promise<void>;
  failOver(): Promise<void>;
  tailWasLost(): boolean;
  close(): Promise<void>;
}

const restartAfterMs = 8000;
const leaseMs = 15_000;

export async function createWorld(redis: RedisServer, seed: number, sabotage: Sabotage): Promise<World> {
  const schedule = createSchedule(seed, startMs);
  const plant = await createPlant(schedule);
  const channel = createChannel(schedule.nowMs);
  const prefix = `{p${seed}}`;
  const store = await createRedisIncidentStore({ redis: { url: redis.url }, prefix, now: schedule.nowMs });
  const transport = createHttpTransport(plant.server.url(), plant.token);
  const writes = createWriteOracle();
  const approvedByPeople = new Set<string>();
  const opened: RedisIncidentStore[] = [store];
  /** Wakers of the live processes, by what they work on. */
  const workers = new Map<string, () => void>();
  let rates: FaultRates = roughWeather;
  let replica: StoreCopy | null = null;
  let tailLost = false;
  let ids = 0;
  const newId = (): string =>
    `${String((ids += 1)).padStart(8, '0')}${Math.floor(schedule.random() * 2 ** 40)
      .toString(16)
      .padStart(12, '0')}`;

  /** Who holds the leader's Lease. It passes on when its holder crashed or was held back for longer than it is valid. */
  let leader = 'coordinator-a';
  let term = 1;
  const passLeadership = (from: Process): void => {
    if (leader !== from.name) return;
    leader = from.name === 'coordinator-a' ? 'coordinator-b' : 'coordinator-a';
    term += 1;
    schedule.trace.push(`   ${leader} leads`);
  };
  const crash = (process: Process): void => {
    process.crashed = true;
    schedule.clockOf({ name: 'lease', crashed: false }, 0).after(leaseMs, () => passLeadership(process));
    workers.delete(process.name);
    schedule.trace.push(`   ${process.name} crashes`);
    schedule
      .clockOf({ name: 'kubelet', crashed: false }, 0)
      .after(restartAfterMs, () => launch(process.name));
  };
  /** Slack cannot tell a post that was held back beyond a takeover, or sent twice on the way, from one that is meant. */
  const ratesOf = (port: string): FaultRates =>
    port === 'slack' ? { ...rates, delay: 0, duplicate: 0 } : rates;
  const wrap = <P extends object>(
    name: string,
    port: P,
    process: Process,
    onLost: (method: string) => unknown,
  ): P =>
    faulty(name, port, process, schedule, () => ratesOf(name), {
      onLost,
      crash,
      onHeldBack: (heldBackMs) => (heldBackMs > leaseMs ? passLeadership(process) : undefined),
    });

  /** Each replica has its own connection and its own memory of streams, as in life. */
  async function storeOf(process: Process): Promise<IncidentStore> {
    const own = await createRedisIncidentStore({ redis: { url: redis.url }, prefix, now: schedule.nowMs });
    opened.push(own);
    return wrap('store', sabotage.store(own, redis, prefix, schedule.random), process, throwsUnavailable);
  }

  const queueOf = (process: Process) => ({
    async wake(kind: 'incident' | 'outbox' | 'execution'): Promise<void> {
      // Most wakes arrive; those that do not are made up for by the due times.
      if (schedule.random() < 0.2 && rates !== noFaults) return;
      const role = kind === 'execution' ? 'executor' : 'coordinator';
      for (const [name, run] of workers) if (name.startsWith(role) && name !== process.name) run();
      workers.get(process.name)?.();
    },
  });

  /** A process works when woken, one thing after the other, and is woken again if something came meanwhile. */
  function register(process: Process, work: () => Promise<void>): void {
    let running = false;
    let again = false;
    const run = (): void => {
      if (process.crashed) return;
      again = running;
      if (running) return;
      running = true;
      void work()
        .catch((error: unknown) => schedule.trace.push(`   ${process.name}: ${String(error)}`))
        .finally(() => {
          running = false;
          if (again) run();
        });
    };
    workers.set(process.name, run);
    run();
  }

  async function startCoordinator(process: Process): Promise<void> {
    const clock = schedule.clockOf(process, Math.floor((schedule.random() - 0.5) * 20_000));
    const ownStore = await storeOf(process);
    const network = createSensors(plant, schedule);
    const log = silentLogger();
    const queue = queueOf(process);
    const cluster: Cluster = {
      facts: plant.facts,
      synced: () => true,
      read: clusterOf(process).read,
      mutate: () => Promise.reject(new Error('the coordinator never writes')),
      logs: () => Promise.resolve([]),
      reviewToken: () => Promise.reject(new Error('not asked here')),
    };
    const pipeline = {
      store: ownStore,
      cluster,
      network,
      queue,
      clock,
      newId,
      log,
      approvalKey,
      auditKey: 'audit-key-of-the-property-tests',
      settings: { ...defaultPipelineSettings, mode: 'remediate' as const, clusterName: 'property' },
    };
    const conversation = wrap('slack', channel.conversation, process, (method) =>
      method.endsWith('find') ? 'unavailable' : { ok: false, reason: 'ambiguous', detail: 'no answer' },
    );
    const freshDelivery = (ownTerm: number) =>
      createDelivery({
        store: ownStore,
        conversation,
        clock,
        log,
        publicUrl: 'https://pathmedic.test',
        approvers: () => ['ana'],
        random: schedule.random,
        mayTell: () => leader === process.name && term === ownTerm,
      });
    const detection = createDetectLoop({
      clock,
      store: ownStore,
      settings: defaultSettings,
      leading: () => leader === process.name,
      newIncidentId: () => `inc-${newId()}`,
      announce,
      logger: log,
      sensing: {
        detectView: () => ({
          snapshot: plant.snapshot(),
          mayOpen: 'all',
          pending: false,
          partialCalmMs: 0,
          nodeCount: 3,
        }),
        clusterName: () => 'property',
      },
    });
    let delivery: { term: number; now: ReturnType<typeof createDelivery> } | null = null;
    register(process, async () => {
      if (leader !== process.name) return;
      if (delivery?.term !== term) delivery = { term, now: freshDelivery(term) };
      const { now } = delivery;
      await detection.tick();
      for (const id of await ownStore.due('coordinator', 10)) await workOnIncident(pipeline, id);
      for (const id of await ownStore.outboxPending(10)) await now.deliverIncident(id);
    });
  }

  function clusterOf(process: Process): Pick<Cluster, 'read' | 'mutate'> {
    const api = createApiClient(transport.send, schedule.clockOf(process, 0));
    const direct: Pick<Cluster, 'read' | 'mutate'> = {
      read: (ref) => readObject(api, ref),
      async mutate(mutation, options) {
        const result = await mutateObject(api, mutation, options);
        if (!options.dryRun) plant.settle();
        return result;
      },
    };
    const lost = (method: string): unknown =>
      method.endsWith('read')
        ? { ok: false, reason: 'unavailable', detail: 'no answer' }
        : { ok: false, reason: 'ambiguous', detail: 'no answer' };
    return writes.watch(process, wrap('cluster', direct, process, lost));
  }

  function claimsOf(process: Process): Claims {
    const api = createApiClient(transport.send, schedule.clockOf(process, 0));
    const real = createKubernetesClaims(api, schedule.clockOf(process, 0), { namespace: 'pathmedic' });
    const lost = (method: string): unknown =>
      method.endsWith('releaseMutex')
        ? undefined
        : method.endsWith('writeEpoch')
          ? false
          : { ok: false, reason: 'unavailable', detail: 'no answer' };
    return wrap('claims', sabotage.claims(real), process, lost);
  }

  async function startExecutor(process: Process): Promise<void> {
    const ownStore = await storeOf(process);
    const deps = {
      store: ownStore,
      cluster: sabotage.cluster(clusterOf(process), plant.asFirstBroken),
      claims: claimsOf(process),
      queue: queueOf(process),
      clock: schedule.clockOf(process, Math.floor((schedule.random() - 0.5) * 20_000)),
      executorId: `${process.name}-${newId()}`,
      newId,
      checkApproval: createApprovalCheck({ approvalKey, principals: { all: [ana] } }),
      log: silentLogger(),
    };
    const forever = new AbortController();
    register(process, async () => {
      for (const id of await ownStore.due('executor', 10)) await executeIncident(deps, id, forever.signal);
    });
  }

  async function start(name: string): Promise<void> {
    const process: Process = { name, crashed: false };
    await (name.startsWith('executor') ? startExecutor(process) : startCoordinator(process));
  }

  /** Starting takes connections: a turn of its own, so that a seed stays one schedule. */
  function launch(name: string): void {
    void schedule.call({ name: 'kubelet', crashed: false }, `starts ${name}`, () => start(name));
  }

  const names = ['coordinator-a', 'coordinator-b', 'executor-a', 'executor-b'];
  const epochClaims = createKubernetesClaims(
    createApiClient(transport.send, schedule.clockOf({ name: 'setup', crashed: false }, 0)),
    schedule.clockOf({ name: 'setup', crashed: false }, 0),
    { namespace: 'pathmedic' },
  );
  await epochClaims.writeEpoch(await store.epoch(), await store.point());
  const clickStore = await storeOf({ name: 'clicks', crashed: false });

  return {
    schedule,
    plant,
    channel,
    store,
    writes,
    prefix,
    approvedByPeople,
    calm() {
      rates = noFaults;
      schedule.trace.push('--- faults end');
    },
    startProcesses() {
      for (const name of names) launch(name);
    },
    clickApprove(incidentId, proposalId) {
      approvedByPeople.add(proposalId);
      const process: Process = { name: `click-${newId()}`, crashed: false };
      void decideProposal(
        { store: clickStore, queue: queueOf(process), principals: [ana], approvalKey },
        { incidentId, proposalId, principal: ana, via: 'slack', decision: 'approved' },
      ).catch((error: unknown) => schedule.trace.push(`   a click got no answer: ${String(error)}`));
    },
    sweepNow() {
      for (const run of workers.values()) run();
    },
    async lagBehind() {
      replica = await copyStore(redis.inspect(), prefix);
    },
    async failOver() {
      if (replica === null) return;
      await loseTail(redis.inspect(), prefix, replica);
      tailLost = true;
      schedule.trace.push('   the store fails over to a replica that lagged behind');
    },
    tailWasLost: () => tailLost,
    async close() {
      transport.close();
      await Promise.all(opened.map((s) => s.close()));
      await plant.server.stop();
    },
  };
}
