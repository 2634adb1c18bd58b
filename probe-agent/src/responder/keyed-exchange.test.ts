import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  encodeReply,
  encodeRequest,
  maxReplyBytes,
  nonceBytes,
  parseReply,
  parseRequest,
  requestBytes,
} from './keyed-exchange.ts';

const keyArbitrary = fc.record({
  id: fc.stringMatching(/^[a-z0-9]{1,32}$/),
  secret: fc.string({ minLength: 16, maxLength: 64 }),
});
const requestArbitrary = fc.record({
  nonce: fc.uint8Array({ minLength: nonceBytes, maxLength: nonceBytes }).map((bytes) => Buffer.from(bytes)),
  flow: fc.nat(0xffff_ffff),
  key: keyArbitrary,
});
const replyArbitrary = fc.record({
  identity: fc.record({
    node: fc.stringMatching(/^[a-z0-9]{1,253}$/),
    mode: fc.constantFrom('pod', 'host', 'canary'),
    podUid: fc.stringMatching(/^[a-z0-9-]{0,64}$/),
  }),
  sizeSeenBytes: fc.nat(0xffff),
  requestsSeen: fc.nat(0xffff_ffff),
});

test('what is sent is what is read, on both sides', () => {
  fc.assert(
    fc.property(requestArbitrary, replyArbitrary, (request, reply) => {
      const parsed = parseRequest(encodeRequest(request), [request.key]);
      expect(parsed).toEqual({ ok: true, request, sizes: null });
      const message = encodeReply(request, reply);
      expect(parseReply(message, request)).toEqual({ ok: true, reply, bytes: message.length });
    }),
  );
});

test('a reply is never larger than the smallest request, so nobody can be amplified', () => {
  expect(maxReplyBytes).toBeLessThanOrEqual(requestBytes);
  fc.assert(
    fc.property(requestArbitrary, replyArbitrary, (request, reply) => {
      expect(encodeReply(request, reply).length).toBeLessThanOrEqual(encodeRequest(request).length);
    }),
  );
});

test('any single changed bit before the padding makes a request unacceptable', () => {
  const authenticatedBytes = 4 + nonceBytes + 4 + 1 + 32 + 16;
  fc.assert(
    fc.property(requestArbitrary, fc.nat(authenticatedBytes * 8 - 1), (request, bit) => {
      const message = encodeRequest(request);
      message.writeUInt8(message.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(parseRequest(message, [request.key]).ok).toBe(false);
    }),
  );
});

test('any single changed bit makes a reply unacceptable', () => {
  fc.assert(
    fc.property(requestArbitrary, replyArbitrary, fc.nat(), (request, reply, anyBit) => {
      const message = encodeReply(request, reply);
      const bit = anyBit % (message.length * 8);
      message.writeUInt8(message.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(parseReply(message, request).ok).toBe(false);
    }),
  );
});

test('a reply to another request or under another key is not believed', () => {
  fc.assert(
    fc.property(requestArbitrary, requestArbitrary, replyArbitrary, (request, other, reply) => {
      fc.pre(!request.nonce.equals(other.nonce));
      expect(parseReply(encodeReply(other, reply), request)).toEqual({ ok: false, reason: 'other-nonce' });
      const forged = { ...request, key: { id: request.key.id, secret: `${request.key.secret}x` } };
      expect(parseReply(encodeReply(forged, reply), request)).toEqual({ ok: false, reason: 'bad-mac' });
    }),
  );
});

test('a reply cut off anywhere is incomplete, never wrong and never right', () => {
  fc.assert(
    fc.property(requestArbitrary, replyArbitrary, fc.nat(), (request, reply, anyLength) => {
      const message = encodeReply(request, reply);
      const cut = message.subarray(0, anyLength % message.length);
      expect(parseReply(cut, request)).toEqual({ ok: false, reason: 'incomplete' });
    }),
  );
});

test('arbitrary bytes are refused without an exception, even behind the right magic', () => {
  fc.assert(
    fc.property(
      requestArbitrary,
      fc.constantFrom('', 'PMQ1', 'PMA1'),
      fc.uint8Array({ maxLength: 600 }),
      (request, magic, bytes) => {
        const message = Buffer.concat([Buffer.from(magic), Buffer.from(bytes)]);
        expect(parseRequest(message, [request.key]).ok).toBe(false);
        expect(parseReply(message, request).ok).toBe(false);
      },
    ),
  );
});
