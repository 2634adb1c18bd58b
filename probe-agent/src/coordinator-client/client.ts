import { readFileSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP } from 'node:net';
import { leaderHeader, MisdirectedReport } from '@pathmedic/shared/contract/report.ts';
import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import type { Logger } from '@pathmedic/shared/runtime/logger.ts';
import { retryAfterMs } from '../report/back-off.ts';
import type { AddressMemory } from './address-memory.ts';
import { endpointCandidates, hostOf, mayFollow } from './endpoints.ts';
import type { Endpoint, EndpointSources } from './endpoints.ts';
import { exchange } from './exchange.ts';
import type { Exchange } from './exchange.ts';
import { parseJson } from './parse-json.ts';
import { sendInSmallSegments } from './small-segments.ts';

/** What became of a request to the coordinator. */
export type CallResult =
  /** 2xx with a JSON body, or 304 with null. */
  | { kind: 'ok'; status: number; json: unknown }
  /** Come back later, by the coordinator's own word. */
  | { kind: 'shed'; afterMs: number }
  /** 401 or 403: the token is not (or no longer, or not yet) accepted. */
  | { kind: 'unauthorized'; status: number; code: string }
  /** Any other 4xx: sending the same again cannot help. */
  | { kind: 'rejected'; status: number; code: string }
  /** No way to the coordinator worked, or the one that did has no leader yet. */
  | { kind: 'unreachable'; reason: string };

export interface CallRequest {
  method: 'GET' | 'POST';
  path: string;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
}

export interface CoordinatorClientOptions {
  clock: Clock;
  random: () => number;
  logger: Logger;
  sources: EndpointSources;
  memory: AddressMemory;
  /** Bearer token file; read for each request, because the kubelet rotates it. */
  tokenFile: string;
  caFile: string | null;
  tlsServerName: string | null;
  sourceAddress: string | null;
  timeoutMs: number;
}

export interface CoordinatorClient {
  /** Tries the known ways in order until one answers. Never throws. */
  call(request: CallRequest): Promise<CallResult>;
  /** The way that answered last, or null. */
  current(): Endpoint | null;
  /** Ends what is under way; later calls are `unreachable`. */
  close(): void;
}

const maxBodyBytes = 4 * 1024 * 1024;
const maxRedirects = 2;
/** How long small packets are used once large ones may have vanished. */
const smallForMs = 10 * 60_000;

/** The agent's one way of talking to the coordinator: finds it, follows the leader, obeys Retry-After. */
export function createCoordinatorClient(options: CoordinatorClientOptions): CoordinatorClient {
  const { clock, logger } = options;
  const keepAlive = { keepAlive: true, maxSockets: 2, maxFreeSockets: 1 };
  let agents: { http: HttpAgent; https: HttpsAgent } | null = null;
  let loadedCa: string | null = null;
  let leader: string | null = null;
  let current: Endpoint | null = null;
  let closed = false;
  let smallUntilMs = Number.NEGATIVE_INFINITY;

  function smallSegments(): boolean {
    return clock.monotonicMs() < smallUntilMs;
  }

  /** The CA bundle is mounted too and rotates: connections made under the old one are given up. */
  function connections(): { http: HttpAgent; https: HttpsAgent } {
    const ca = options.caFile === null ? null : readFileSync(options.caFile, 'utf8');
    if (agents !== null && ca === loadedCa) return agents;
    dropConnections();
    loadedCa = ca;
    agents = {
      http: new HttpAgent(keepAlive),
      https: new HttpsAgent({ ...keepAlive, ...(ca === null ? {} : { ca }) }),
    };
    return agents;
  }

  function dropConnections(): void {
    agents?.http.destroy();
    agents?.https.destroy();
    agents = null;
  }

  async function send(endpoint: Endpoint, request: CallRequest): Promise<Exchange> {
    if (closed) return { kind: 'failed', reason: 'closed' };
    let token: string;
    let using: { http: HttpAgent; https: HttpsAgent };
    try {
      token = readFileSync(options.tokenFile, 'utf8').trim();
      using = connections();
    } catch (error) {
      return {
        kind: 'failed',
        reason: error instanceof Error ? error.message : 'cannot read the mounted files',
      };
    }
    return exchange({
      endpoint,
      method: request.method,
      path: request.path,
      headers: { ...request.headers, authorization: `Bearer ${token}` },
      body: request.body === undefined ? null : JSON.stringify(request.body),
      timeoutMs: options.timeoutMs,
      maxBodyBytes,
      agents: using,
      sourceAddress: options.sourceAddress,
      tlsServerName: options.tlsServerName,
      onConnection: (socket) => {
        if (smallSegments()) sendInSmallSegments(socket, clock);
      },
    });
  }

  /** No answer to a report may mean that only large packets vanish: it is sent again, and further ones for a while, in small ones. */
  async function sendPatiently(endpoint: Endpoint, request: CallRequest): Promise<Exchange> {
    const first = await send(endpoint, request);
    const silent = first.kind === 'failed' && first.reason === 'timeout';
    if (!silent || request.body === undefined || smallSegments()) return first;
    smallUntilMs = clock.monotonicMs() + smallForMs;
    logger.warn({ url: endpoint.url }, 'no answer: trying with small packets');
    return send(endpoint, request);
  }

  /** The way that worked last goes first among equals, so that a dead candidate is not tried each time. */
  function candidates(): Endpoint[] {
    const all = endpointCandidates(options.sources, leader, options.memory.known());
    const last = current;
    if (last === null || leader !== null) return all;
    const index = all.findIndex((other) => other.url === last.url && other.address === last.address);
    return index <= 0
      ? all
      : [...all.slice(index, index + 1), ...all.slice(0, index), ...all.slice(index + 1)];
  }

  async function follow(answer: Exchange & { kind: 'answered' }, from: Endpoint, request: CallRequest) {
    let redirect = answer;
    let endpoint = from;
    for (let hops = 0; hops < maxRedirects && redirect.status === 421; hops++) {
      const named = MisdirectedReport.safeParse(parseJson(redirect.body));
      const url = named.success ? named.data.leader?.replace(/\/+$/, '') : null;
      if (!url || !mayFollow(url, endpoint.url)) return { answer: redirect, endpoint };
      endpoint = { url, source: 'leader', address: null };
      const next = await send(endpoint, request);
      if (next.kind === 'failed') return { answer: redirect, endpoint: from };
      redirect = next;
    }
    return { answer: redirect, endpoint };
  }

  function settle(endpoint: Endpoint, answer: Exchange & { kind: 'answered' }): CallResult {
    if (current?.url !== endpoint.url)
      logger.info({ url: endpoint.url, way: endpoint.source }, 'coordinator found');
    current = endpoint;
    leader = endpoint.source === 'leader' ? endpoint.url : null;
    rememberWays(endpoint, answer);
    return resultOf(answer, clock.nowMs(), options.random());
  }

  function rememberWays(endpoint: Endpoint, answer: Exchange & { kind: 'answered' }): void {
    const { memory } = options;
    const isName = isIP(hostOf(endpoint.url)) === 0;
    if (isName && answer.remoteAddress !== null) memory.remember(endpoint.url, answer.remoteAddress);
    const told = answer.headers[leaderHeader];
    const own = typeof told === 'string' ? told.replace(/\/+$/, '') : '';
    if (answer.status < 400 && mayFollow(own, endpoint.url) && isIP(hostOf(own)) !== 0)
      memory.remember(own, hostOf(own));
  }

  return {
    async call(request) {
      const reasons: string[] = [];
      for (const candidate of candidates()) {
        const first = await sendPatiently(candidate, request);
        if (first.kind === 'failed') {
          reasons.push(`${candidate.source} ${candidate.url}: ${first.reason}`);
          if (candidate.source === 'leader') leader = null;
          continue;
        }
        const { answer, endpoint } = await follow(first, candidate, request);
        if (answer.status === 421) {
          leader = null;
          reasons.push(`${endpoint.source} ${endpoint.url}: no reachable leader`);
          continue;
        }
        return settle(endpoint, answer);
      }
      current = null;
      return { kind: 'unreachable', reason: reasons.join('; ') || 'no coordinator address is known' };
    },
    current: () => current,
    close() {
      closed = true;
      dropConnections();
    },
  };
}

function resultOf(answer: Exchange & { kind: 'answered' }, nowMs: number, random: number): CallResult {
  const { status } = answer;
  if (status === 304) return { kind: 'ok', status, json: null };
  if (status >= 200 && status < 300) return { kind: 'ok', status, json: parseJson(answer.body) };
  const afterMs = retryAfterMs(answer.headers['retry-after'], nowMs, random);
  if (status === 503 || status === 429) return { kind: 'shed', afterMs: afterMs ?? 1_000 + random * 4_000 };
  const code = problemCode(answer.body);
  if (status === 401 || status === 403) return { kind: 'unauthorized', status, code };
  if (status >= 400 && status < 500 && status !== 408) return { kind: 'rejected', status, code };
  return { kind: 'unreachable', reason: `answered ${status} ${code}` };
}

function problemCode(body: string): string {
  const json = parseJson(body);
  const code = typeof json === 'object' && json !== null && 'code' in json ? json.code : null;
  return typeof code === 'string' ? code.slice(0, 64) : '';
}
