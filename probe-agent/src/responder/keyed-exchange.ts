import { timingSafeEqual } from 'node:crypto';
import type { AgentMode, ResponderIdentity } from '@pathmedic/shared/contract/identity.ts';
import type { ProbeKey } from '@pathmedic/shared/contract/plan.ts';
import { createMac } from './hmac-sha256.ts';
import type { Mac } from './hmac-sha256.ts';

/*
 * What a prober and a responder say to each other, the same over TCP, HTTP and UDP. Integers are big-endian.
 *
 *   request   magic 'PMQ1' (4) | nonce (16) | flow (4) | key id length (1) | key id, zero-padded (32) | MAC (16) | padding
 *   sized     magic 'PMQ2' (4) | nonce (16) | flow (4) | key id length (1) | key id, zero-padded (32)
 *             | size of the request (4) | size of the reply (4) | MAC (16) | padding
 *   reply     magic 'PMA1' (4) | length of the reply (2) | nonce (16) | request size seen (2) | requests seen (4)
 *             | mode (1) | node length (1) | node | pod UID length (1) | pod UID | MAC (16)
 *
 * The MAC is HMAC-SHA256 over everything before it, truncated to 16 bytes (RFC 2104, section 5). The padding makes a
 * request at least as long as any reply, so that a responder never amplifies. Only a sized request may ask for a reply
 * longer than itself, padded after its MAC, and over UDP each one is answered once only (see udp-responder).
 */

/** Exact size of a request over TCP and HTTP, smallest size over UDP. */
export const requestBytes = 400;

const requestMagic = Buffer.from('PMQ1', 'latin1');
const sizedMagic = Buffer.from('PMQ2', 'latin1');
const replyMagic = Buffer.from('PMA1', 'latin1');
export const nonceBytes = 16;
const macBytes = 16;
const keyIdBytes = 32;
const requestMacAt = 4 + nonceBytes + 4 + 1 + keyIdBytes;
const sizedMacAt = requestMacAt + 8;
/** Largest request and largest reply that a sized request may ask for. */
export const maxSizedBytes = 64 * 1024;
const replyFixedBytes = 4 + 2 + nonceBytes + 2 + 4 + 1;
/** Largest reply: longest node name, longest pod UID. */
export const maxReplyBytes = replyFixedBytes + 1 + 253 + 1 + 64 + macBytes;
const modes: readonly AgentMode[] = ['pod', 'host', 'canary'];

export interface KeyedRequest {
  nonce: Buffer;
  /** Tells a source's paths apart in the responder's counters; chosen by the prober, meaningless otherwise. */
  flow: number;
  key: ProbeKey;
}

/** What a sized request asks for: all of it, from the first byte to the end of the padding. */
export interface ExchangeSizes {
  requestBytes: number;
  replyBytes: number;
}

export interface KeyedReply {
  identity: ResponderIdentity;
  /** Bytes of the request as they arrived. */
  sizeSeenBytes: number;
  /** Authentic requests of this source and flow since the responder started, this one included; wraps at 2^32. */
  requestsSeen: number;
}

export type ParsedRequest =
  | { ok: true; request: KeyedRequest; sizes: ExchangeSizes | null }
  | { ok: false; reason: 'short' | 'not-a-request' | 'unknown-key' | 'bad-mac' };

export type ParsedReply =
  | { ok: true; reply: KeyedReply; bytes: number }
  | { ok: false; reason: 'incomplete' | 'not-a-reply' | 'other-nonce' | 'bad-mac' };

// Keys live as long as the plan that brought them.
const macs = new WeakMap<ProbeKey, Mac>();

function macOf(key: ProbeKey, message: Uint8Array): Buffer {
  const mac = macs.get(key) ?? createMac(key.secret);
  macs.set(key, mac);
  return mac(message).subarray(0, macBytes);
}

/** A request of `requestBytes`; a sized one is padded further by who sends it. */
export function encodeRequest(request: KeyedRequest, sizes: ExchangeSizes | null = null): Buffer {
  const keyId = Buffer.from(request.key.id, 'utf8');
  if (keyId.length > keyIdBytes) throw new RangeError(`key id is longer than ${keyIdBytes} bytes`);
  const message = Buffer.alloc(requestBytes);
  (sizes === null ? requestMagic : sizedMagic).copy(message, 0);
  request.nonce.copy(message, 4, 0, nonceBytes);
  message.writeUInt32BE(request.flow >>> 0, 4 + nonceBytes);
  message.writeUInt8(keyId.length, 8 + nonceBytes);
  keyId.copy(message, 9 + nonceBytes);
  if (sizes !== null) {
    message.writeUInt32BE(sizes.requestBytes, requestMacAt);
    message.writeUInt32BE(sizes.replyBytes, requestMacAt + 4);
  }
  const macAt = sizes === null ? requestMacAt : sizedMacAt;
  macOf(request.key, message.subarray(0, macAt)).copy(message, macAt);
  return message;
}

/** Reads a request from its first `requestBytes`; what is not authentic under one of `keys` is refused. Never throws. */
export function parseRequest(message: Buffer, keys: readonly ProbeKey[]): ParsedRequest {
  if (message.length < requestBytes) return { ok: false, reason: 'short' };
  const sized = message.subarray(0, 4).equals(sizedMagic);
  if (!sized && !message.subarray(0, 4).equals(requestMagic)) return { ok: false, reason: 'not-a-request' };
  const idLength = message.readUInt8(8 + nonceBytes);
  if (idLength > keyIdBytes) return { ok: false, reason: 'not-a-request' };
  const id = message.toString('utf8', 9 + nonceBytes, 9 + nonceBytes + idLength);
  const key = keys.find((candidate) => candidate.id === id);
  if (key === undefined) return { ok: false, reason: 'unknown-key' };
  const macAt = sized ? sizedMacAt : requestMacAt;
  const expected = macOf(key, message.subarray(0, macAt));
  if (!timingSafeEqual(expected, message.subarray(macAt, macAt + macBytes))) {
    return { ok: false, reason: 'bad-mac' };
  }
  const nonce = Buffer.from(message.subarray(4, 4 + nonceBytes));
  const request = { nonce, flow: message.readUInt32BE(4 + nonceBytes), key };
  return { ok: true, request, sizes: sized ? sizesIn(message) : null };
}

function sizesIn(message: Buffer): ExchangeSizes {
  const within = (bytes: number): number => Math.min(maxSizedBytes, Math.max(requestBytes, bytes));
  return {
    requestBytes: within(message.readUInt32BE(requestMacAt)),
    replyBytes: within(message.readUInt32BE(requestMacAt + 4)),
  };
}

/** An encoded request or reply with zeros after it, `sizeBytes` in all. */
export function paddedTo(message: Buffer, sizeBytes: number): Buffer {
  if (sizeBytes <= message.length) return message;
  const padded = Buffer.alloc(Math.min(sizeBytes, maxSizedBytes));
  message.copy(padded);
  return padded;
}

/** The reply to an authentic request, under the key that the request was made with. */
export function encodeReply(request: KeyedRequest, reply: KeyedReply): Buffer {
  const node = Buffer.from(reply.identity.node, 'utf8').subarray(0, 253);
  const podUid = Buffer.from(reply.identity.podUid, 'utf8').subarray(0, 64);
  const length = replyFixedBytes + 1 + node.length + 1 + podUid.length + macBytes;
  const message = Buffer.alloc(length);
  replyMagic.copy(message, 0);
  message.writeUInt16BE(length, 4);
  request.nonce.copy(message, 6, 0, nonceBytes);
  message.writeUInt16BE(Math.min(reply.sizeSeenBytes, 0xffff), 6 + nonceBytes);
  message.writeUInt32BE(reply.requestsSeen >>> 0, 8 + nonceBytes);
  message.writeUInt8(modes.indexOf(reply.identity.mode), 12 + nonceBytes);
  let at = message.writeUInt8(node.length, replyFixedBytes);
  at += node.copy(message, at);
  at = message.writeUInt8(podUid.length, at);
  at += podUid.copy(message, at);
  macOf(request.key, message.subarray(0, at)).copy(message, at);
  return message;
}

/** Whether the bytes received so far can still become a reply, and how many are needed in all. */
function replyLength(message: Buffer): number | 'incomplete' | 'not-a-reply' {
  const seen = Math.min(message.length, 4);
  if (!message.subarray(0, seen).equals(replyMagic.subarray(0, seen))) return 'not-a-reply';
  if (message.length < 6) return 'incomplete';
  const length = message.readUInt16BE(4);
  if (length < replyFixedBytes + 2 + macBytes || length > maxReplyBytes) return 'not-a-reply';
  return message.length < length ? 'incomplete' : length;
}

/** Reads the reply to `request` from the start of `message`. Never throws. */
export function parseReply(message: Buffer, request: KeyedRequest): ParsedReply {
  const length = replyLength(message);
  if (typeof length === 'string') return { ok: false, reason: length };
  const body = message.subarray(0, length - macBytes);
  if (!body.subarray(6, 6 + nonceBytes).equals(request.nonce.subarray(0, nonceBytes))) {
    return { ok: false, reason: 'other-nonce' };
  }
  if (!timingSafeEqual(macOf(request.key, body), message.subarray(length - macBytes, length))) {
    return { ok: false, reason: 'bad-mac' };
  }
  const mode = modes[body.readUInt8(12 + nonceBytes)];
  const nodeLength = body.readUInt8(replyFixedBytes);
  const podUidLengthAt = replyFixedBytes + 1 + nodeLength;
  if (mode === undefined || podUidLengthAt >= body.length) return { ok: false, reason: 'not-a-reply' };
  const podUidAt = podUidLengthAt + 1;
  if (podUidAt + body.readUInt8(podUidLengthAt) !== body.length) return { ok: false, reason: 'not-a-reply' };
  const reply: KeyedReply = {
    identity: {
      node: body.toString('utf8', replyFixedBytes + 1, podUidLengthAt),
      mode,
      podUid: body.toString('utf8', podUidAt),
    },
    sizeSeenBytes: body.readUInt16BE(6 + nonceBytes),
    requestsSeen: body.readUInt32BE(8 + nonceBytes),
  };
  return { ok: true, reply, bytes: length };
}
