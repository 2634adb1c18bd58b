import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { ProbeOutcome, SizeLoss } from '@pathmedic/shared/contract/outcome.ts';
import type { MtuProbe } from '@pathmedic/shared/contract/plan.ts';
import { requestBytes } from '../responder/keyed-exchange.ts';
import type { ExchangeSizes } from '../responder/keyed-exchange.ts';
import { headerBytes, payloadBytes } from '../responder/packet-size.ts';
import { largestPassing } from './ladder.ts';
import type { ProbeDeps } from './probe-deps.ts';
import { exchangeSized } from './sized-exchange.ts';

type Way = 'out' | 'back';

/** Over TCP more than a window of segments, as large as the interface makes them. */
const tcpBytes = 64 * 1024;
/** Times that large packets have to vanish, while small ones pass, after the first time. */
const repeats = 3;
/** Once small packets are known to pass, large ones are not waited for much longer than those took. */
const leastWaitMs = 250;
const waitPerRtt = 20;

/** The exchange with large packets one way and small ones the other. */
function sizesFor(way: Way, bytes: number): ExchangeSizes {
  return way === 'out'
    ? { requestBytes: bytes, replyBytes: requestBytes }
    : { requestBytes, replyBytes: bytes };
}

const small: ExchangeSizes = { requestBytes, replyBytes: requestBytes };

/**
 * Do packets as large as the interface allows pass in both directions? `large-lost` only when they vanished four times
 * while small ones on the same path were answered each time; over UDP with the largest size that passes. Small packets
 * that are lost too end the probe with their own outcome: then size is not what matters.
 */
export async function probeMtu(spec: MtuProbe, deps: ProbeDeps): Promise<ProbeOutcome> {
  const family = isIPv6(spec.address) ? 'ipv6' : 'ipv4';
  const source = deps.sourceAddress ?? (await addressToward(spec));
  const mtuBytes = deps.mtuBytesOf(source ?? spec.address);
  const large = spec.transport === 'tcp' ? tcpBytes : payloadBytes(mtuBytes, family);
  const [out, back] = await Promise.all([
    exchangeSized(spec, deps, sizesFor('out', large), spec.timeoutMs),
    exchangeSized(spec, deps, sizesFor('back', large), spec.timeoutMs),
  ]);
  const odd = [out, back].find(({ kind }) => kind !== 'ok' && kind !== 'timeout');
  if (odd !== undefined) return odd;
  const first: Way[] = [
    ...(out.kind === 'ok' ? [] : (['out'] as const)),
    ...(back.kind === 'ok' ? [] : (['back'] as const)),
  ];
  const confirmed = first.length === 0 ? { ways: first, waitMs: 0 } : await confirm(spec, deps, first, large);
  if ('kind' in confirmed) return confirmed;
  const { ways, waitMs } = confirmed;
  const [way, other] = ways;
  if (way === undefined) {
    deps.ladders.forget(spec.pathId);
    return { kind: 'ok', phase: 'done', rttSeconds: Math.max(out.rttSeconds, back.rttSeconds) };
  }
  const direction = other === undefined ? way : 'both';
  const passesBytes =
    spec.transport === 'tcp'
      ? null
      : await threshold(spec, deps, { direction, ways, large, waitMs, headers: headerBytes(family) });
  const sizeLoss: SizeLoss = { direction, mtuBytes, passesBytes };
  return {
    kind: 'large-lost',
    phase: 'wait',
    rttSeconds: spec.timeoutMs / 1000,
    detail: direction,
    sizeLoss,
  };
}

/**
 * Tries the ways on which large packets were lost again, together with small packets. Answers with the ways that lost
 * them every time and how long to wait for further ones, or with what became of the small packets.
 */
async function confirm(
  spec: MtuProbe,
  deps: ProbeDeps,
  first: readonly Way[],
  large: number,
): Promise<ProbeOutcome | { ways: Way[]; waitMs: number }> {
  let ways = [...first];
  let waitMs = leastWaitMs;
  for (let round = 0; round < repeats && ways.length > 0; round++) {
    const probe = await exchangeSized(spec, deps, small, spec.timeoutMs);
    if (probe.kind !== 'ok') return probe;
    waitMs = Math.min(spec.timeoutMs, Math.max(waitMs, waitPerRtt * probe.rttSeconds * 1000));
    const again = await Promise.all(
      ways.map(async (way) => ({
        way,
        outcome: await exchangeSized(spec, deps, sizesFor(way, large), waitMs),
      })),
    );
    const odd = again.find(({ outcome }) => outcome.kind !== 'ok' && outcome.kind !== 'timeout');
    if (odd !== undefined) return odd.outcome;
    ways = again.filter(({ outcome }) => outcome.kind === 'timeout').map(({ way }) => way);
  }
  return { ways, waitMs };
}

interface Search {
  direction: SizeLoss['direction'];
  ways: readonly Way[];
  /** Payload that is lost. */
  large: number;
  waitMs: number;
  headers: number;
}

/** The largest IP packet that passes on all of the lossy ways, searched for or as found a short time ago. */
async function threshold(spec: MtuProbe, deps: ProbeDeps, search: Search): Promise<number> {
  const { direction, ways, large, waitMs, headers } = search;
  const known = deps.ladders.known(spec.pathId, direction, deps.clock.monotonicMs());
  if (known !== null) return known;
  const passing = await Promise.all(
    ways.map((way) =>
      largestPassing(requestBytes, large, async (bytes) => {
        const outcome = await exchangeSized(spec, deps, sizesFor(way, bytes), waitMs);
        return outcome.kind === 'ok';
      }),
    ),
  );
  const passesBytes = Math.min(...passing) + headers;
  deps.ladders.remember(spec.pathId, direction, passesBytes, deps.clock.monotonicMs());
  return passesBytes;
}

/** The address that the kernel would send from; a connected datagram socket sends nothing by itself. */
function addressToward({ address, port }: MtuProbe): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    const end = (local: string | null): void => {
      socket.close();
      resolve(local);
    };
    socket.once('error', () => end(null));
    socket.connect(port, address, () => end(socket.address().address));
  });
}
