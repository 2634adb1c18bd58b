import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { randomUUID } from 'node:crypto';
import { KubeConfig } from '@kubernetes/client-node';
import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import { systemClock } from '@pathmedic/shared/runtime/clock.ts';
import { ApiError, badRequest, unauthorized } from './api-error.ts';
import type { AuditEntry } from './audit-log.ts';
import { createAuditLog, isMutation } from './audit-log.ts';
import { discover } from './discovery.ts';
import type { FaultInjection, InjectedFault } from './fault-injection.ts';
import { createFaultInjection } from './fault-injection.ts';
import type { Identities, Identity } from './identities.ts';
import { API_AUDIENCE, createIdentities } from './identities.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import { isObject } from './json-value.ts';
import type { ObjectStore } from './object-store.ts';
import { createObjectStore } from './object-store.ts';
import type { PodLogSource } from './pod-log.ts';
import { NO_LOGS } from './pod-log.ts';
import { forbidden, isAllowed } from './rbac.ts';
import type { RequestInfo } from './request-info.ts';
import { parseRequestInfo } from './request-info.ts';
import type { Reply, ResourceDeps } from './resource-requests.ts';
import { entryFor, handleResource, managerOf } from './resource-requests.ts';
import { reviewOwnAccess, reviewToken } from './review-requests.ts';
import type { SystemClient } from './system-client.ts';
import { createSystemClient } from './system-client.ts';
import type { OpenWatch } from './watch-objects.ts';
import { openWatch } from './watch-objects.ts';

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

const MAX_BODY_BYTES = 3 * 1024 * 1024;
const SUFFIX_LETTERS = 'bcdfghjklmnpqrstvwxz2456789';

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += bytes.length;
    if (size > MAX_BODY_BYTES)
      throw new ApiError(413, 'RequestEntityTooLarge', 'Request entity too large: limit is 3145728');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseBody(text: string, info: RequestInfo, contentType: string): JsonValue | undefined {
  if (text === '') return undefined;
  if (info.verb !== 'patch' && contentType !== '' && contentType !== 'application/json') {
    throw new ApiError(
      415,
      'UnsupportedMediaType',
      `the body of the request was in an unknown format - accepted media types include: application/json`,
    );
  }
  try {
    // JSON.parse gives nothing but JSON values.
    return JSON.parse(text) as JsonValue;
  } catch {
    if (info.verb === 'patch') throw badRequest('error decoding patch: invalid character in JSON');
    throw badRequest(
      `the object provided is unrecognized: couldn't get version/kind; json parse error: invalid JSON (${text.slice(0, 40)})`,
    );
  }
}

function wantsDryRun(info: RequestInfo, body: JsonValue | undefined): boolean {
  if (info.query.getAll('dryRun').includes('All')) return true;
  return (
    info.verb.startsWith('delete') &&
    isObject(body) &&
    Array.isArray(body['dryRun']) &&
    body['dryRun'].includes('All')
  );
}

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
        store
          .list('services', '')
          .map((service) => JSON.stringify(service))
          .flatMap((text) => /"clusterIP":"([^"]+)"/.exec(text)?.[1] ?? []),
      );
      for (let last = 1; last < 255; last += 1) if (!used.has(`${prefix}${last}`)) return `${prefix}${last}`;
      throw new ApiError(500, 'InternalError', 'range is full');
    },
    logs: () => logs,
  };

  function identify(request: IncomingMessage): Identity {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    const identity = token === undefined ? undefined : identities.authenticate(token.trim());
    if (identity === undefined || !identity.audiences.includes(API_AUDIENCE)) throw unauthorized();
    return identity;
  }

  function authorize(identity: Identity, info: RequestInfo): void {
    if (!info.isResource) return;
    // Everyone may ask about themselves (ClusterRole system:basic-user).
    if (info.resource === 'selfsubjectaccessreviews' && info.verb === 'create') return;
    if (!isAllowed(identities.rulesOf(identity), info)) throw forbidden(identity.username, info);
  }

  function review(info: RequestInfo, identity: Identity, body: JsonValue | undefined): Reply | undefined {
    const document: JsonObject = isObject(body) ? body : {};
    if (info.verb !== 'create' || info.version !== 'v1') return undefined;
    if (info.group === 'authentication.k8s.io' && info.resource === 'tokenreviews')
      return { code: 201, json: reviewToken(identities, document) };
    if (info.group === 'authorization.k8s.io' && info.resource === 'selfsubjectaccessreviews') {
      return { code: 201, json: reviewOwnAccess(identities, identity, document) };
    }
    return undefined;
  }

  function later(delayMs: number): Promise<void> {
    return new Promise((resolve) => void clock.after(delayMs, resolve));
  }

  function streamWatch(info: RequestInfo, response: ServerResponse, struck: readonly InjectedFault[]): void {
    const stalled = struck.some((fault) => fault.type === 'stalled-watch');
    const slow = struck.find((fault) => fault.type === 'slow-watch')?.delayMs ?? 0;
    const write = (line: string): void => {
      if (!response.writableEnded && !response.destroyed) response.write(line);
    };
    const pending: string[] = [];
    let emit = (line: string): void => void pending.push(line);
    let finish = (): void => void pending.push('');
    const watch = openWatch({ store, clock }, entryFor(info), info.namespace, info.query, {
      send(event) {
        if (stalled) return;
        const line = `${JSON.stringify(event)}\n`;
        if (slow > 0) clock.after(slow, () => write(line));
        else emit(line);
      },
      end: () => (slow > 0 ? void clock.after(slow, () => response.end()) : finish()),
    });
    // Only now is it sure that the watch is not refused: headers, what is there already, then the live events.
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
    response.flushHeaders();
    for (const line of pending) if (line !== '') write(line);
    if (pending.includes('')) return void response.end();
    emit = write;
    watches.add(watch);
    finish = () => {
      watches.delete(watch);
      response.end();
    };
    response.once('close', () => {
      watches.delete(watch);
      watch.close();
    });
  }

  function send(response: ServerResponse, reply: Reply, headers: Record<string, string> = {}): void {
    const isText = 'text' in reply;
    const body = isText ? reply.text : `${JSON.stringify(reply.json)}\n`;
    const base = {
      'content-type': isText ? 'text/plain' : 'application/json',
      'cache-control': 'no-cache, private',
      'audit-id': randomUUID(),
    };
    response.writeHead(reply.code, { ...base, ...headers });
    response.end(body);
  }

  async function answer(
    request: IncomingMessage,
    info: RequestInfo,
    entry: AuditEntry,
    response: ServerResponse,
  ): Promise<Reply | 'streaming' | 'dropped'> {
    const text = await readBody(request);
    const identity = identify(request);
    entry.user = identity.username;
    const struck = faults.strike({ ...info, user: identity.username });
    for (const fault of struck) {
      if (fault.type === 'delay') await later(fault.delayMs);
      if (fault.type === 'drop-request') return 'dropped';
      if (fault.type === 'status') throw injected(fault);
    }
    authorize(identity, info);
    entry.contentType = (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
    const body = parseBody(text, info, entry.contentType);
    entry.body = body ?? null;
    entry.dryRun = wantsDryRun(info, body);
    if (info.verb === 'watch') {
      streamWatch(info, response, struck);
      entry.code = 200;
      return 'streaming';
    }
    const reply = review(info, identity, body) ?? route(info, body, entry);
    if (!struck.some((fault) => fault.type === 'drop-reply')) return reply;
    entry.code = reply.code;
    entry.replyDropped = true;
    return 'dropped';
  }

  function route(info: RequestInfo, body: JsonValue | undefined, entry: AuditEntry): Reply {
    if (!info.isResource) {
      const found = discover(info.path.replace(/\/$/, ''), `${host}:${port}`);
      if (found === undefined) return { code: 404, text: '404 page not found\n' };
      return typeof found === 'string' ? { code: 200, text: found } : { code: 200, json: found };
    }
    const reply = handleResource(deps, entryFor(info), {
      info,
      body,
      contentType: entry.contentType,
      userAgent: entry.userAgent,
    });
    if (entry.name === '' && info.verb === 'create' && 'json' in reply) {
      const metadata = reply.json['metadata'];
      if (isObject(metadata) && typeof metadata['name'] === 'string') entry.name = metadata['name'];
    }
    return reply;
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const userAgent = request.headers['user-agent'] ?? 'unknown';
    let entry: AuditEntry | undefined;
    try {
      const info = parseRequestInfo(request.method ?? 'GET', request.url ?? '/');
      const { path, verb, group, resource, subresource, namespace, name, method } = info;
      const fieldManager = managerOf(info, userAgent);
      const about = {
        method,
        path,
        verb,
        group,
        resource,
        subresource,
        namespace,
        name,
        fieldManager,
        userAgent,
      };
      entry = {
        atMs: clock.nowMs(),
        user: '',
        ...about,
        dryRun: false,
        contentType: '',
        body: null,
        code: 0,
        replyDropped: false,
      };
      auditLog.add(entry);
      const reply = await answer(request, info, entry, response);
      if (reply === 'streaming') return;
      if (reply === 'dropped') {
        response.destroy();
        return;
      }
      entry.code = reply.code;
      send(response, reply);
    } catch (error) {
      const failure =
        error instanceof ApiError
          ? error
          : new ApiError(500, 'InternalError', `Internal error occurred: ${String(error)}`);
      if (entry !== undefined) entry.code = failure.code;
      if (response.headersSent) return void response.destroy();
      const retry = failure.retryAfterSeconds;
      send(
        response,
        { code: failure.code, json: failure.body },
        retry === undefined ? {} : { 'retry-after': String(retry) },
      );
    }
  }

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

function injected(fault: InjectedFault & { type: 'status' }): ApiError {
  const reasons = {
    429: 'TooManyRequests',
    500: 'InternalError',
    503: 'ServiceUnavailable',
    504: 'Timeout',
  } as const;
  const retry: JsonObject =
    fault.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: fault.retryAfterSeconds };
  return new ApiError(fault.code, reasons[fault.code], fault.message ?? 'injected by the simulation', retry);
}
