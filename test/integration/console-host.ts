import { createHash, randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { createRedisIncidentStore } from '@pathmedic/coordinator/adapters/redis/incident-store.ts';
import { createAgentAuth } from '@pathmedic/coordinator/auth/agent-auth.ts';
import { createPrincipals } from '@pathmedic/coordinator/auth/principals.ts';
import type { NetworkSnapshot } from '@pathmedic/coordinator/domain/network.ts';
import type { Principal } from '@pathmedic/coordinator/domain/principal.ts';
import { createHttp } from '@pathmedic/coordinator/http/create-http.ts';
import type { AgentSensing, HttpDeps } from '@pathmedic/coordinator/http/http-deps.ts';
import { createPauseControl } from '@pathmedic/coordinator/pipeline/pause-control.ts';
import type { Cluster } from '@pathmedic/coordinator/ports/cluster.ts';
import type { IncidentStore } from '@pathmedic/coordinator/ports/incident-store.ts';
import { systemClock } from '@pathmedic/shared/runtime/clock.ts';
import { silentLogger } from '@pathmedic/shared/runtime/logger.ts';
import { startRedis } from '../support/redis.ts';

/** Static tokens of the people in these tests. */
export const tokens = {
  ana: 'ana-token-0123456789abcdef0123456789',
  ben: 'ben-token-0123456789abcdef0123456789',
  vera: 'vera-token-0123456789abcdef012345678',
} as const;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const people: Principal[] = [
  { name: 'ana', consoleTokenSha256: sha256(tokens.ana), roles: ['viewer', 'approver'] },
  { name: 'ben', consoleTokenSha256: sha256(tokens.ben), roles: ['approver'] },
  { name: 'vera', consoleTokenSha256: sha256(tokens.vera), roles: ['viewer'] },
];

export const keys = {
  approval: 'approval-key-approval-key-approval-key',
  session: 'session-key-session-key-session-key-00',
  audit: 'audit-key-audit-key-audit-key-audit-00',
  slack: 'slack-signing-secret',
};

/** A coordinator's HTTP side on a real port, over a real Redis of its own. */
export interface ConsoleHost {
  url: string;
  store: IncidentStore;
  /** What the replica sees of the network; null plays a replica that does not lead. */
  network: { snapshot: NetworkSnapshot | null };
  /** Takes the server away, as a roll-out does, until `end` brings one back on the same port. */
  interrupt(): Promise<{ end(): Promise<void> }>;
  /** Redis answers nothing any more. */
  breakStore(): Promise<void>;
  /** A second replica over the same Redis; its URL. */
  addReplica(): Promise<string>;
  stop(): Promise<void>;
}

export interface HostOptions extends Partial<Pick<HttpDeps, 'console' | 'slack' | 'limits' | 'leadership'>> {
  cluster?: Partial<Pick<Cluster, 'reviewToken' | 'facts' | 'synced'>>;
  sensing?: AgentSensing;
}

export async function startConsoleHost(options: HostOptions = {}): Promise<ConsoleHost> {
  const redis = await startRedis();
  const prefix = `{${randomUUID()}}`;
  const stores: { close(): Promise<void> }[] = [];
  const servers: FastifyInstance[] = [];
  const network: ConsoleHost['network'] = { snapshot: null };

  async function connect() {
    const store = await createRedisIncidentStore({ redis: { url: redis.url }, prefix });
    stores.push(store);
    return store;
  }

  async function serve(
    store: IncidentStore,
    port: number,
  ): Promise<{ server: FastifyInstance; url: string }> {
    const server = await createHttp(depsOf(options, store, network));
    servers.push(server);
    await server.listen({ host: '127.0.0.1', port });
    // listen() on a TCP port gives an AddressInfo.
    const address = server.server.address() as AddressInfo;
    return { server, url: `http://127.0.0.1:${address.port}` };
  }

  const store = await connect();
  let main = await serve(store, 0);
  return {
    url: main.url,
    store,
    network,
    async interrupt() {
      const port = Number(new URL(main.url).port);
      await main.server.close();
      return {
        async end() {
          main = await serve(store, port);
        },
      };
    },
    breakStore: () => redis.kill(),
    async addReplica() {
      return (await serve(await connect(), 0)).url;
    },
    async stop() {
      await Promise.all(servers.map((server) => server.close()));
      await Promise.all(stores.map((open) => open.close()));
      await redis.stop();
    },
  };
}

/** Dependencies of a server of one's own over the same store. */
export function testDeps(store: IncidentStore): HttpDeps {
  return depsOf({}, store, { snapshot: null });
}

function depsOf(options: HostOptions, store: IncidentStore, network: ConsoleHost['network']): HttpDeps {
  const unused = (): never => {
    throw new Error('not part of this test');
  };
  const cluster = { reviewToken: unused, facts: unused, synced: () => false, ...options.cluster };
  return {
    logger: silentLogger(),
    clock: systemClock,
    readiness: () => ({ ok: true }),
    clusterName: 'prod-eu1',
    publicUrl: 'http://pathmedic.example',
    trustProxy: false,
    store,
    queue: { wake: () => Promise.resolve() },
    pause: createPauseControl({
      store: {
        ...store,
        point: () => Promise.resolve('0 '),
        inspectDurability: () => Promise.resolve({ ok: true, problems: [] }),
      },
      claims: { writeEpoch: () => Promise.resolve(true) },
    }),
    leadership: options.leadership ?? { leading: () => true, leaderUrl: () => null },
    sensing: options.sensing ?? { receive: unused, planFor: unused },
    agentAuth: createAgentAuth({
      cluster,
      audience: 'pathmedic',
      serviceAccount: 'pathmedic-agent',
      namespace: 'pathmedic',
    }),
    principals: createPrincipals(people),
    network: () => network.snapshot,
    ...(options.cluster?.facts === undefined ? {} : { facts: options.cluster.facts }),
    approvalKey: keys.approval,
    sessionKey: keys.session,
    auditKey: keys.audit,
    passGapMs: 30_000,
    agentSilentAfterMs: 15_000,
    slack: options.slack ?? null,
    console: options.console ?? null,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  };
}
