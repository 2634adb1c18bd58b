import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { createResponder } from '../../src/responder/responder.ts';
import { testKey } from './test-key.ts';

/* A responder on a thread of its own: it goes on answering while the test blocks the main thread. */
const { address } = z.object({ address: z.string() }).parse(workerData);
const responder = createResponder({
  identity: { node: 'node-b', mode: 'pod', podUid: 'uid-b' },
  keys: () => [testKey],
  address,
  ports: { tcp: 0, udp: 0, http: 0, restricted: 0 },
});
parentPort?.postMessage(await responder.start());
