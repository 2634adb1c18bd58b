import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { KeyedProbe } from '@pathmedic/shared/contract/plan.ts';
import { probeDeps } from '../../test/support/probe-deps.ts';
import { probe } from './prober.ts';

const address = '127.0.0.51';
const deps = probeDeps(null);
let worker: Worker;
let silent: Socket;
let silentPort: number;
let ports: { tcp: number; udp: number; http: number };

beforeAll(async () => {
  const file = new URL('../../test/support/responder-worker.ts', import.meta.url);
  worker = new Worker(file, { workerData: { address } });
  silent = createSocket('udp4');
  silent.bind(0, address);
  await once(silent, 'listening');
  silentPort = silent.address().port;
  const [message]: unknown[] = await once(worker, 'message');
  ports = z.object({ tcp: z.number(), udp: z.number(), http: z.number() }).parse(message);
});
afterAll(async () => {
  silent.close();
  await worker.terminate();
});

function spec(protocol: 'udp' | 'tcp' | 'http', timeoutMs: number): KeyedProbe {
  return {
    pathId: `pod|${protocol}|a|b`,
    protocol,
    address,
    port: ports[protocol],
    intervalMs: 1_000,
    timeoutMs,
    expect: { podUid: 'uid-b' },
  };
}
const probeWith = (protocol: 'udp' | 'tcp' | 'http', timeoutMs: number) =>
  probe(spec(protocol, timeoutMs), deps);

function block(forMs: number): void {
  const untilMs = performance.now() + forMs;
  while (performance.now() < untilMs);
}

test.each(['udp', 'tcp', 'http'] as const)(
  '%s: answers that waited for a busy process are not timeouts',
  async (protocol) => {
    // Late enough that the time given back is one in which a loaded machine gets to the answer.
    for (const blockMs of [380, 550]) {
      const running = probeWith(protocol, 200);
      await new Promise((resolve) => setImmediate(resolve));
      block(blockMs);
      expect((await running).kind).toBe('ok');
    }
  },
);

test('where nothing came, a process that stood still does not blame the network', async () => {
  const running = probe({ ...spec('udp', 100), port: silentPort }, deps);
  block(600);
  expect(await running).toMatchObject({ kind: 'local-error', detail: expect.stringContaining('starved') });
});
