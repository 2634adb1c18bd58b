import type { IncomingMessage, ServerResponse } from 'node:http';
import { randomUUID } from 'node:crypto';
import { ApiError, unauthorized } from './api-error.ts';
import type { AuditEntry, AuditLog } from './audit-log.ts';
import { discover } from './discovery.ts';
import type { FaultInjection, InjectedFault } from './fault-injection.ts';
import type { Identities, Identity } from './identities.ts';
import { API_AUDIENCE } from './identities.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import { isObject, stringAt } from './json-value.ts';
import { forbidden, isAllowed } from './rbac.ts';
import { parseBody, readBody, wantsDryRun } from './request-body.ts';
import type { RequestInfo } from './request-info.ts';
import { parseRequestInfo } from './request-info.ts';
import type { Reply, ResourceDeps } from './resource-requests.ts';
import { entryFor, handleResource, managerOf } from './resource-requests.ts';
import { reviewOwnAccess, reviewToken } from './review-requests.ts';
import type { OpenWatch } from './watch-objects.ts';
import { streamWatch } from './watch-response.ts';

export interface RequestPipelineDeps extends ResourceDeps {
  identities: Identities;
  faults: FaultInjection;
  auditLog: AuditLog;
  watches: Set<OpenWatch>;
  /** host:port, as discovery tells it. */
  address(): string;
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

function newAuditEntry(info: RequestInfo, atMs: number, userAgent: string): AuditEntry {
  const { path, verb, group, resource, subresource, namespace, name, method } = info;
  const about = { method, path, verb, group, resource, subresource, namespace, name };
  const caller = { user: '', userAgent, fieldManager: managerOf(info, userAgent) };
  return {
    atMs,
    ...about,
    ...caller,
    dryRun: false,
    contentType: '',
    body: null,
    code: 0,
    replyDropped: false,
  };
}

/** One request from start to end: audit, authentication, faults, authorization, the resource, the answer. */
export function createRequestPipeline(
  deps: RequestPipelineDeps,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { identities, faults, auditLog, clock } = deps;

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
      streamWatch(deps, info, response, struck);
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
      const found = discover(info.path.replace(/\/$/, ''), deps.address());
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
      entry.name = stringAt(reply.json, 'metadata', 'name') ?? '';
    }
    return reply;
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const userAgent = request.headers['user-agent'] ?? 'unknown';
    let entry: AuditEntry | undefined;
    try {
      const info = parseRequestInfo(request.method ?? 'GET', request.url ?? '/');
      entry = newAuditEntry(info, clock.nowMs(), userAgent);
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

  return handle;
}
