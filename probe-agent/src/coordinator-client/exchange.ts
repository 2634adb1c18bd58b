import { request as httpRequest } from 'node:http';
import type { Agent, IncomingHttpHeaders, RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import type { Endpoint } from './endpoints.ts';

/** What came back from the coordinator; `failed` when nothing complete did. */
export type Exchange =
  | {
      kind: 'answered';
      status: number;
      headers: IncomingHttpHeaders;
      body: string;
      remoteAddress: string | null;
    }
  | { kind: 'failed'; reason: string };

export interface ExchangeOptions {
  endpoint: Endpoint;
  method: 'GET' | 'POST';
  /** Path and query, beginning with `/`. */
  path: string;
  headers: Readonly<Record<string, string>>;
  body: string | null;
  timeoutMs: number;
  maxBodyBytes: number;
  /** Connections to reuse, one agent a scheme. */
  agents: { http: Agent; https: Agent };
  /** Local address to connect from, or null. */
  sourceAddress: string | null;
  /** Name that the server's certificate must have, when the URL's host is an address; null for the host itself. */
  tlsServerName: string | null;
  /** Sees each connection before anything of this request is sent. */
  onConnection: (socket: Socket) => void;
}

/** One HTTP exchange with a bound on its time and on the answer's size. Never throws. */
export function exchange(options: ExchangeOptions): Promise<Exchange> {
  const { endpoint } = options;
  const url = new URL(endpoint.url + options.path);
  const secure = url.protocol === 'https:';
  const hostname = url.hostname.replace(/^\[|\]$/g, '');
  const serverName = isIP(hostname) === 0 ? hostname : options.tlsServerName;
  const requestOptions: RequestOptions & { servername?: string } = {
    method: options.method,
    host: endpoint.address ?? hostname,
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    path: url.pathname + url.search,
    headers: {
      host: url.host,
      accept: 'application/json',
      ...options.headers,
      ...(options.body === null
        ? {}
        : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(options.body)) }),
    },
    agent: secure ? options.agents.https : options.agents.http,
    ...(options.sourceAddress === null ? {} : { localAddress: options.sourceAddress }),
    ...(secure && serverName !== null ? { servername: serverName } : {}),
  };
  return new Promise((resolve) => {
    const request = secure ? httpsRequest(requestOptions) : httpRequest(requestOptions);
    const finish = (result: Exchange): void => {
      clearTimeout(deadline);
      resolve(result);
    };
    const fail = (reason: string): void => {
      finish({ kind: 'failed', reason });
      request.destroy();
    };
    const deadline = setTimeout(() => fail('timeout'), options.timeoutMs);
    request.on('socket', options.onConnection);
    request.on('error', (error) => fail('code' in error ? String(error.code) : error.name));
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      let sizeBytes = 0;
      const remoteAddress = response.socket.remoteAddress ?? null;
      response.on('data', (chunk: Buffer) => {
        sizeBytes += chunk.length;
        if (sizeBytes > options.maxBodyBytes) fail('answer too large');
        else chunks.push(chunk);
      });
      response.on('error', (error) => fail('code' in error ? String(error.code) : error.name));
      response.on('end', () =>
        finish({
          kind: 'answered',
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString('utf8'),
          remoteAddress,
        }),
      );
    });
    if (options.body !== null) request.write(options.body);
    request.end();
  });
}
