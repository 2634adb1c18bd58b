import { Agent, request as httpRequest } from 'node:http';
import type { ApiTransport } from '@pathmedic/coordinator/adapters/kubernetes/api-transport.ts';

/** Plain HTTP to the simulated API server with kept connections: the adapter above it is the real one. */
export function createHttpTransport(baseUrl: string, token: string): { send: ApiTransport; close(): void } {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const send: ApiTransport = (call) =>
    new Promise((resolve, reject) => {
      const request = httpRequest(
        `${baseUrl}${call.path}`,
        {
          agent,
          method: call.method,
          signal: call.signal,
          headers: {
            authorization: `Bearer ${token}`,
            ...(call.body === undefined ? {} : { 'content-type': call.contentType ?? 'application/json' }),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const body = Buffer.concat(chunks).toString('utf8');
            resolve({
              status: response.statusCode ?? 0,
              headers: {},
              text: () => Promise.resolve(body),
              chunks: async function* chunksOf() {
                yield Buffer.from(body);
              },
            });
          });
        },
      );
      request.on('error', reject);
      request.end(call.body);
    });
  return { send, close: () => agent.destroy() };
}
