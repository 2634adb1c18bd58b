import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { decode, encode } from 'dns-packet';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import type { DnsProbe } from '@pathmedic/shared/contract/plan.ts';
import { probeDeps } from '../../test/support/probe-deps.ts';
import { judgeAnswer, newQuestion } from './dns-message.ts';
import { probe } from './prober.ts';

const address = '127.0.0.41';
const deps = probeDeps(null);
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

const base: DnsProbe = {
  pathId: 'dns|dns-udp|a/pod|dns-pod/kube-system/coredns-1',
  address,
  port: 53,
  intervalMs: 1_000,
  timeoutMs: 150,
  protocol: 'dns',
  transport: 'udp',
  name: 'kubernetes.default.svc.cluster.local.',
  type: 'A',
  unique: false,
  expect: 'answer',
};

type Respond = (query: Buffer) => Buffer[];

function answerWith(change: {
  rcode?: number;
  answers?: boolean;
  id?: number;
  name?: string;
  truncated?: boolean;
}): Respond {
  return (query) => {
    const asked = decode(query);
    const [question] = asked.questions ?? [];
    if (question === undefined) return [];
    const name = change.name ?? question.name;
    return [
      encode({
        type: 'response',
        id: change.id ?? asked.id ?? 0,
        flags: 0x0080 | (change.truncated ? 0x0200 : 0) | (change.rcode ?? 0),
        questions: [{ ...question, name }],
        answers:
          change.answers === false ? [] : [{ type: 'A', class: 'IN', name, ttl: 5, data: '10.96.0.1' }],
      }),
    ];
  };
}

async function startUdp(respond: Respond): Promise<number> {
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    for (const message of respond(query)) socket.send(message, from.port, from.address);
  });
  socket.bind(0, address);
  await once(socket, 'listening');
  closers.push(() => void socket.close());
  return socket.address().port;
}

async function startTcp(respond: Respond): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      for (const message of respond(chunk.subarray(2))) {
        const length = Buffer.alloc(2);
        length.writeUInt16BE(message.length);
        // In two pieces: a length prefix alone must not confuse the prober.
        socket.write(length);
        socket.write(message);
      }
    });
  });
  server.listen(0, address);
  await once(server, 'listening');
  closers.push(() => void server.close());
  const bound = server.address();
  return typeof bound === 'object' && bound !== null ? bound.port : 0;
}

describe.each([
  ['udp', startUdp],
  ['tcp', startTcp],
] as const)('over %s', (transport, start) => {
  const probeAt = (port: number, change: Partial<DnsProbe> = {}) =>
    probe({ ...base, transport, port, ...change }, deps);

  test('an answer is ok', async () => {
    expect(await probeAt(await start(answerWith({})))).toMatchObject({ kind: 'ok', phase: 'done' });
  });

  test.each([
    [2, 'SERVFAIL'],
    [3, 'NXDOMAIN'],
    [5, 'REFUSED'],
    [9, 'RCODE9'],
  ])('response code %i is dns-rcode %s', async (rcode, detail) => {
    const port = await start(answerWith({ rcode, answers: false }));
    expect(await probeAt(port)).toMatchObject({ kind: 'dns-rcode', detail });
  });

  test('no record of the asked type is NODATA', async () => {
    const port = await start(answerWith({ answers: false }));
    expect(await probeAt(port)).toMatchObject({ kind: 'dns-rcode', detail: 'NODATA' });
  });

  test('where a name must not exist, NXDOMAIN is ok and an answer is not', async () => {
    const missing = await start(answerWith({ rcode: 3, answers: false }));
    expect((await probeAt(missing, { expect: 'nxdomain' })).kind).toBe('ok');
    const wildcard = await start(answerWith({}));
    expect(await probeAt(wildcard, { expect: 'nxdomain' })).toMatchObject({
      kind: 'dns-rcode',
      detail: 'NOERROR',
    });
  });

  test('unique names differ each time and keep the asked zone', async () => {
    const names = new Set<string>();
    const port = await start((query) => {
      names.add(decode(query).questions?.[0]?.name ?? '');
      return answerWith({})(query);
    });
    await probeAt(port, { unique: true });
    await probeAt(port, { unique: true });
    expect(names.size).toBe(2);
    for (const name of names)
      expect(name).toMatch(/^pm-[0-9a-f]{12}\.kubernetes\.default\.svc\.cluster\.local$/);
  });

  test('nobody there is refused', async () => {
    expect(await probeAt(1)).toMatchObject({ kind: 'refused', detail: 'ECONNREFUSED' });
  });

  test('silence is a timeout', async () => {
    expect(await probeAt(await start(() => []))).toMatchObject({ kind: 'timeout', phase: 'wait' });
  });
});

test('over udp an answer to another question is passed over for the right one', async () => {
  const port = await startUdp((query) => [
    ...answerWith({ id: ((decode(query).id ?? 0) + 1) & 0xffff, rcode: 2, answers: false })(query),
    ...answerWith({ name: 'elsewhere.example', rcode: 2, answers: false })(query),
    ...answerWith({})(query),
  ]);
  expect((await probe({ ...base, port }, deps)).kind).toBe('ok');
});

test('over udp only wrong answers until the deadline are wrong-identity, saying why', async () => {
  const port = await startUdp(answerWith({ name: 'elsewhere.example' }));
  expect(await probe({ ...base, port }, deps)).toMatchObject({
    kind: 'wrong-identity',
    detail: 'other-question',
  });
});

test('a truncated answer shows that the server answers', () => {
  const question = newQuestion(base);
  const [message] = answerWith({ truncated: true, answers: false })(question.message);
  expect(judgeAnswer(question, 'answer', message ?? Buffer.alloc(0))).toEqual({
    kind: 'ok',
    detail: 'truncated',
  });
});

test('no bytes crash the judge or pass for the answer', () => {
  const question = newQuestion(base);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(judgeAnswer(question, 'answer', Buffer.from(bytes)).kind).toBe('not-ours');
    }),
  );
});
