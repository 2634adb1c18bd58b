import {
  HttpMethod,
  IsomorphicFetchHttpLibrary,
  RequestContext,
  type KubeConfig,
} from '@kubernetes/client-node';
import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import { NotSent, type ApiRequest, type ApiResponse, type ApiTransport } from './api-transport.ts';
import { atAddress, isInCluster } from './kube-config.ts';

export interface ClientNodeTransport {
  send: ApiTransport;
  /**
   * Addresses of the API server itself (`https://10.0.0.4:6443`), for when its Service does not work. Ignored outside of
   * a cluster, where they lead nowhere, or somewhere else.
   */
  learn(servers: readonly string[]): void;
  /** Address that requests go to now. */
  server(): string;
}

type Dispatcher = ReturnType<RequestContext['getDispatcher']>;

/** One way to the API server, with connections of its own. */
interface Route {
  server: string;
  config: KubeConfig;
  dispatcher: Dispatcher;
  /** When credentials are read anew for new connections. */
  dispatcherUntilMs: number;
}

/** Rotated client certificates and CA files are picked up after this time at the latest. */
const dispatcherTtlMs = 10 * 60_000;
/** After so long on another way the configured one is tried again. */
const detourMs = 60_000;

/** Errors of a connection that was never made. */
const neverConnected = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/**
 * Transport on @kubernetes/client-node: its configuration, credentials and HTTP library. Connections are kept here,
 * because the client makes a new agent (and TLS connection) for each request otherwise. When the configured way fails,
 * the next request takes an address learned before; no request is sent twice.
 */
export function createClientNodeTransport(config: KubeConfig, clock: Clock): ClientNodeTransport {
  const http = new IsomorphicFetchHttpLibrary();
  const configured = routeTo(config);
  const inCluster = isInCluster(config);
  let detours: Route[] = [];
  /** 0 is the configured way, then the detours. */
  let current = 0;
  let detourSinceMs = 0;

  function route(): Route {
    if (current > 0 && clock.monotonicMs() - detourSinceMs > detourMs) current = 0;
    return (current === 0 ? configured : detours[current - 1]) ?? configured;
  }

  function tryAnother(failed: Route): void {
    if (detours.length === 0 || failed !== route()) return;
    if (current === 0) detourSinceMs = clock.monotonicMs();
    current = (current + 1) % (detours.length + 1);
  }

  async function contextOf(request: ApiRequest, way: Route): Promise<RequestContext> {
    const context = new RequestContext(way.server + request.path, HttpMethod[request.method]);
    await way.config.applySecurityAuthentication(context);
    const nowMs = clock.monotonicMs();
    if (way.dispatcher === undefined || nowMs > way.dispatcherUntilMs) {
      way.dispatcher = context.getDispatcher();
      way.dispatcherUntilMs = nowMs + dispatcherTtlMs;
    }
    if (way.dispatcher !== undefined) context.setDispatcher(way.dispatcher);
    context.setHeaderParam('User-Agent', 'pathmedic');
    context.setHeaderParam('Accept', request.accept ?? 'application/json');
    if (request.body !== undefined) {
      context.setHeaderParam('Content-Type', request.contentType ?? 'application/json');
      context.setBody(request.body);
    }
    context.setSignal(request.signal);
    return context;
  }

  async function send(request: ApiRequest): Promise<ApiResponse> {
    const way = route();
    let context: RequestContext;
    try {
      context = await contextOf(request, way);
    } catch (error) {
      throw new NotSent(`no credentials: ${messageOf(error)}`, { cause: error });
    }
    if (request.signal.aborted) throw new NotSent('given up before it was sent');
    try {
      const response = await http.send(context).toPromise();
      const { httpStatusCode: status, headers, body } = response;
      return { status, headers, text: () => body.text(), chunks: () => chunksOf(body.stream()) };
    } catch (error) {
      tryAnother(way);
      const code = codeOf(error);
      if (code !== null && neverConnected.has(code)) throw new NotSent(messageOf(error), { cause: error });
      throw error;
    }
  }

  return {
    send,
    learn(servers) {
      if (!inCluster) return;
      const others = servers.filter((server) => server !== configured.server);
      const same =
        others.length === detours.length && others.every((server, i) => detours[i]?.server === server);
      if (same) return;
      detours = others.map((server) => routeTo(atAddress(config, server)));
      current = 0;
    },
    server: () => route().server,
  };
}

function routeTo(config: KubeConfig): Route {
  const server = config.getCurrentCluster()?.server ?? '';
  return { server: server.replace(/\/+$/, ''), config, dispatcher: undefined, dispatcherUntilMs: 0 };
}

async function* chunksOf(stream: ReadableStream<Uint8Array> | null): AsyncIterable<Uint8Array> {
  if (stream === null) return;
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    // The reader may be in the middle of a stream that nobody wants any more.
    await reader.cancel().catch(() => undefined);
  }
}

/** Code of the socket's error, which fetch wraps in a TypeError. */
function codeOf(error: unknown): string | null {
  for (let inner: unknown = error, depth = 0; inner instanceof Error && depth < 5; depth += 1) {
    if ('code' in inner && typeof inner.code === 'string') return inner.code;
    inner = inner.cause;
  }
  return null;
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
