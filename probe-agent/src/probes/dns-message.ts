import { randomBytes, randomInt } from 'node:crypto';
import { decode, encode } from 'dns-packet';
import type { DecodedPacket } from 'dns-packet';
import type { OutcomeKind } from '@pathmedic/shared/contract/outcome.ts';
import type { DnsProbe } from '@pathmedic/shared/contract/plan.ts';

/** One question as sent. */
export interface DnsQuestion {
  id: number;
  name: string;
  type: 'A' | 'AAAA';
  message: Buffer;
}

/** What an answer says about the probe; `not-ours` is not the answer to this question and proves nothing. */
export type DnsVerdict =
  | { kind: 'not-ours'; detail: string }
  | { kind: Extract<OutcomeKind, 'ok' | 'dns-rcode'>; detail?: string };

// RFC 1035 section 4.1.1 and RFC 6895: the codes a cluster's DNS is seen to answer with.
const rcodes = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'] as const;
const responseFlag = 0x8000;
const truncatedFlag = 0x0200;
const recursionDesired = 0x0100;

/** A question with a random id; with `unique` a random first label keeps every cache out of it. */
export function newQuestion(spec: DnsProbe): DnsQuestion {
  const id = randomInt(0x10000);
  const base = spec.name.replace(/\.$/, '').toLowerCase();
  const name = spec.unique ? `pm-${randomBytes(6).toString('hex')}.${base}` : base;
  const message = encode({
    type: 'query',
    id,
    flags: recursionDesired,
    questions: [{ type: spec.type, class: 'IN', name }],
  });
  return { id, name, type: spec.type, message };
}

/** Judges a message received in reply to `question`. Never throws. */
export function judgeAnswer(question: DnsQuestion, expect: DnsProbe['expect'], message: Buffer): DnsVerdict {
  let packet: DecodedPacket;
  try {
    packet = decode(message);
  } catch {
    return { kind: 'not-ours', detail: 'malformed' };
  }
  const flags = packet.flags ?? 0;
  if (packet.type !== 'response' || (message.readUInt16BE(2) & responseFlag) === 0) {
    return { kind: 'not-ours', detail: 'not-a-response' };
  }
  if (packet.id !== question.id) return { kind: 'not-ours', detail: 'other-id' };
  if (!echoes(packet, question)) return { kind: 'not-ours', detail: 'other-question' };
  const code = message.readUInt16BE(2) & 0x000f;
  const rcode = rcodes[code] ?? `RCODE${code}`;
  if (expect === 'nxdomain') {
    return rcode === 'NXDOMAIN' ? { kind: 'ok' } : { kind: 'dns-rcode', detail: rcode };
  }
  if (rcode !== 'NOERROR') return { kind: 'dns-rcode', detail: rcode };
  const answered = (packet.answers ?? []).some((record) => record.type === question.type);
  if (answered) return { kind: 'ok' };
  // A truncated answer tells that the server answered and that the path carries it: TCP has the rest.
  return (flags & truncatedFlag) !== 0
    ? { kind: 'ok', detail: 'truncated' }
    : { kind: 'dns-rcode', detail: 'NODATA' };
}

function echoes(packet: DecodedPacket, question: DnsQuestion): boolean {
  const [only, ...more] = packet.questions ?? [];
  if (only === undefined || more.length > 0) return false;
  return only.type === question.type && only.name.replace(/\.$/, '').toLowerCase() === question.name;
}
