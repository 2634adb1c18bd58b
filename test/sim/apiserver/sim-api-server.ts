import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { randomUUID } from 'node:crypto';
import { KubeConfig } from '@kubernetes/client-node';
import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import { systemClock } from '@pathmedic/shared/runtime/clock.ts';
import { ApiError } from './api-error.ts';
import { asJson } from './api-object.ts';
import type { AuditEntry } from './audit-log.ts';
import { createAuditLog, isMutation } from './audit-log.ts';
import type { FaultInjection } from './fault-injection.ts';
import { createFaultInjection } from './fault-injection.ts';
import type { Identities } from './identities.ts';
import { createIdentities } from './identities.ts';
import { stringAt } from './json-value.ts';
import type { ObjectStore } from './object-store.ts';
import { createObjectStore } from './object-store.ts';
import type { PodLogSource } from './pod-log.ts';
import { NO_LOGS } from './pod-log.ts';
import { createRequestPipeline } from './request-pipeline.ts';
import type { ResourceDeps } from './resource-requests.ts';
import type { SystemClient } from './system-client.ts';
import { createSystemClient } from './system-client.ts';
import type { OpenWatch } from './watch-objects.ts';

export interface SimApiServerOptions {
  clock?: Clock;
  /** Where it listens; default 127.0.0.1 and a free port. A stopped server starts again on the port it had. */
  host?: string;
  port?: number;
  newUid?: () => string;
  /** [0, 1): for generateName. */
  random?: () => number;
  /** Service addresses are `${prefix}1`, `${prefix}2`, ...; default 10.96.0. */
  serviceAddressPrefix?: string;
  /** Events kept for watches and continue tokens before the oldest are compacted. */
  historyLimit?: number;
  auditLimit?: number;
}

/** A kube-apiserver as far as pathmedic uses one; see the README of this folder for what it does and does not. */
export interface SimApiServer {
  start(): Promise<void>;
  /** Closes every connection; connecting is refused until the next start. The state stays. */
  stop(): Promise<void>;
  /** `http://127.0.0.1:PORT`; known after the first start. */
  url(): string;
  kubeConfig(token: string): KubeConfig;
  identities: Identities;
  faults: FaultInjection;
  /** Every request so far, oldest first (bounded by auditLimit). */
  audit(): readonly AuditEntry[];
  /** Successful create, update, patch and delete that were no dry run. */
  mutations(): readonly AuditEntry[];
  clearAudit(): void;
  /** Direct access for controllers and set-up: no authentication, no audit, same rules otherwise. */
  system: SystemClient;
  store: ObjectStore;
  /** Forgets the history: older watches and continue tokens get 410. */
  compact(): void;
  /** Ends open watches: quietly, or with the 410 ERROR event. */
  endWatches(how: 'close' | 'expire'): void;
  openWatchCount(): number;
  setPodLogs(source: PodLogSource): void;
}

const SUFFIX_LETTERS = 'bcdfghjklmnpqrstvwxz2456789';

export function createSimApiServer(options: SimApiServerOptions = {}): SimApiServer {
  const clock = options.clock ?? systemClock;
  const host = options.host ?? '127.0.0.1';
  const random = options.random ?? Math.random;
  const store = createObjectStore({ historyLimit: options.historyLimit ?? 20_000 });
  const identities = createIdentities(store);
  const faults = createFaultInjection();
  const auditLog = createAuditLog(options.auditLimit ?? 50_000);
  const watches = new Set<OpenWatch>();
  const sockets = new Set<Socket>();
  const prefix = options.serviceAddressPrefix ?? '10.96.0.';
  let logs = NO_LOGS;
  let port = options.port ?? 0;
  let http: Server | undefined;

  const deps: ResourceDeps = {
    store,
    clock,
    newUid: options.newUid ?? randomUUID,
    nameSuffix: () =>
      Array.from(
        { length: 5 },
        () => SUFFIX_LETTERS[Math.floor(random() * SUFFIX_LETTERS.length)] ?? 'x',
      ).join(''),
    clusterAddress() {
      const used = new Set(
        store.list('services', '').map((service) => stringAt(asJson(service), 'spec', 'clusterIP')),
      );
      for (let last = 1; last < 255; last += 1) if (!used.has(`${prefix}${last}`)) return `${prefix}${last}`;
      throw new ApiError(500, 'InternalError', 'range is full');
    },
    logs: () => logs,
  };

  const handle = createRequestPipeline({
    ...deps,
    identities,
    faults,
    auditLog,
    watches,
    address: () => `${host}:${port}`,
  });

  function endWatches(how: 'close' | 'expire'): void {
    for (const watch of [...watches]) watch[how]();
  }

  const system = createSystemClient(deps);
  return {
    identities,
    faults,
    store,
    system,
    start() {
      if (http !== undefined) return Promise.resolve();
      const server = createServer(
        { keepAliveTimeout: 5_000 },
        (request, response) => void handle(request, response),
      );
      server.on('connection', (socket) => {
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
      });
      http = server;
      return new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          port = (server.address() as AddressInfo).port;
          resolve();
        });
      });
    },
    stop() {
      const server = http;
      if (server === undefined) return Promise.resolve();
      http = undefined;
      endWatches('close');
      return new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      });
    },
    url: () => `http://${host}:${port}`,
    kubeConfig(token) {
      const config = new KubeConfig();
      config.loadFromOptions({
        clusters: [{ name: 'sim', server: `http://${host}:${port}`, skipTLSVerify: true }],
        users: [{ name: 'sim', token }],
        contexts: [{ name: 'sim', cluster: 'sim', user: 'sim' }],
        currentContext: 'sim',
      });
      return config;
    },
    audit: () => auditLog.entries(),
    mutations: () => auditLog.entries().filter(isMutation),
    clearAudit: () => auditLog.clear(),
    compact: () => store.compact(),
    endWatches,
    openWatchCount: () => watches.size,
    setPodLogs(source) {
      logs = source;
    },
  };
}
