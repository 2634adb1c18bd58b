import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../../test/support/agent-bench.ts';
import { testKey } from '../../test/support/test-key.ts';
import { encodeRequest, maxSizedBytes, paddedTo, parseReply } from './keyed-exchange.ts';
import { createResponder } from './responder.ts';
import type { Responder, ResponderPorts } from './responder.ts';

const address = '127.0.0.21';
const request = { nonce: Buffer.alloc(16, 7), flow: 9, key: testKey };
let responder: Responder;
let ports: ResponderPorts;
let refused: string[];

beforeEach(async () => {
  refused = [];
  responder = createResponder({
    identity: { node: 'node-a', mode: 'pod', podUid: 'uid-a' },
    keys: () => [testKey],
    address,
    ports: { tcp: 0, udp: 0, http: 0, restricted: 0 },
    onRefused: (reason) => refused.push(reason),
    maxDatagramBytes: () => 1372,
  });
  ports = await responder.start();
});
afterEach(() => responder.stop());

async function overTcp(port: number, message: Uint8Array): Promise<Buffer> {
  const socket = connect({ host: address, port });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => {});
  socket.write(message);
  await once(socket, 'close');
  return Buffer.concat(chunks);
}

test('answers a keyed request on the allowed and on the restricted port, naming itself', async () => {
  for (const port of [ports.tcp, ports.restricted]) {
    const parsed = parseReply(await overTcp(port, encodeRequest(request)), request);
    expect(parsed.ok && parsed.reply.identity).toEqual({ node: 'node-a', mode: 'pod', podUid: 'uid-a' });
  }
});

test('closes without a byte on anything that is not authentic', async () => {
  const forged = encodeRequest({ ...request, key: { id: testKey.id, secret: 'somebody-elses-secret' } });
  expect(await overTcp(ports.tcp, forged)).toHaveLength(0);
  expect(await overTcp(ports.tcp, Buffer.alloc(400, 65))).toHaveLength(0);
  expect(await overTcp(ports.http, Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n'))).toHaveLength(0);
  expect(refused).toEqual(['bad-mac', 'not-a-request', 'not-a-request']);
});

test('over UDP is silent to strangers, and counts what it received by source and flow', async () => {
  const socket = createSocket('udp4');
  const replies: Buffer[] = [];
  socket.on('message', (message) => replies.push(message));
  socket.connect(ports.udp, address);
  await once(socket, 'connect');
  try {
    socket.send(Buffer.from('who is there?'));
    socket.send(Buffer.alloc(400));
    socket.send(encodeRequest({ ...request, key: { id: 'unknown', secret: 'x'.repeat(20) } }));
    socket.send(encodeRequest({ ...request, flow: 1 }));
    socket.send(encodeRequest({ ...request, flow: 1 }));
    socket.send(encodeRequest({ ...request, flow: 2 }));
    await until(() => replies.length === 3);
    const seen = replies.map((reply) => {
      const parsed = parseReply(reply, request);
      return parsed.ok ? parsed.reply.requestsSeen : null;
    });
    expect(seen).toEqual([1, 2, 1]);
    expect(refused).toEqual(['short', 'not-a-request', 'unknown-key']);
  } finally {
    socket.close();
  }
});

test('over UDP answers a sized request as long as asked, within its own MTU, and only once', async () => {
  const socket = createSocket('udp4');
  const replies: number[] = [];
  socket.on('message', (message) => replies.push(message.length));
  socket.connect(ports.udp, address);
  await once(socket, 'connect');
  try {
    const sized = (n: number, replyBytes: number): Buffer =>
      encodeRequest({ ...request, nonce: Buffer.alloc(16, n) }, { requestBytes: 400, replyBytes });
    socket.send(sized(1, 1200));
    await until(() => replies.length === 1);
    socket.send(sized(1, 1200));
    socket.send(sized(2, 60_000));
    await until(() => replies.length === 2);
    expect(replies).toEqual([1200, 1372]);
    expect(refused).toEqual(['replayed']);
  } finally {
    socket.close();
  }
});

test('over TCP takes and gives 64 KiB when an authentic request says so', async () => {
  const sizes = { requestBytes: maxSizedBytes, replyBytes: maxSizedBytes };
  const whole = await overTcp(ports.tcp, paddedTo(encodeRequest(request, sizes), maxSizedBytes));
  expect(whole).toHaveLength(maxSizedBytes);
  expect(parseReply(whole, request)).toMatchObject({ ok: true, reply: { sizeSeenBytes: 0xffff } });
});

test('stopping ends open connections too', async () => {
  const socket = connect({ host: address, port: ports.tcp });
  await once(socket, 'connect');
  const closed = once(socket, 'close');
  await responder.stop();
  await closed;
  expect(responder.listening()).toBe(false);
});
