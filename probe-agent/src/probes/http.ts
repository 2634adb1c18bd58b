import { request as httpRequest } from 'node:http';
import { isIPv6 } from 'node:net';
import type { ProbeOutcome } from '@pathmedic/shared/contract/outcome.ts';
import type { KeyedProbe } from '@pathmedic/shared/contract/plan.ts';
import { probePath } from '../responder/http-responder.ts';
import { encodeRequest, maxReplyBytes, parseReply } from '../responder/keyed-exchange.ts';
import { attempt } from './attempt.ts';
import { endOnReply, newRequest } from './keyed-check.ts';
import type { ProbeDeps } from './probe-deps.ts';

/** The keyed exchange as one HTTP POST on a connection of its own. Another status than 200 is `wrong-identity`. */
export function probeHttp(spec: KeyedProbe, deps: ProbeDeps): Promise<ProbeOutcome> {
  return attempt(deps.clock, spec.timeoutMs, (probe) => {
    const keyed = newRequest(spec, deps.key);
    const body = encodeRequest(keyed);
    const request = httpRequest({
      host: spec.address,
      port: spec.port,
      method: 'POST',
      path: probePath,
      agent: false,
      maxHeaderSize: 4_096,
      ...(deps.sourceAddress === null ? {} : { localAddress: deps.sourceAddress }),
      headers: {
        host: isIPv6(spec.address) ? `[${spec.address}]:${spec.port}` : `${spec.address}:${spec.port}`,
        'content-type': 'application/octet-stream',
        'content-length': body.length,
        connection: 'close',
      },
    });
    probe.cleanup(() => request.destroy());
    probe.reached('connect');
    request.on('socket', (socket) => socket.on('connect', () => probe.reached('send')));
    request.on('finish', () => probe.reached('wait'));
    request.on('error', (error) => {
      if (isProtocolError(error)) probe.end('wrong-identity', 'not-http');
      else probe.fail(error);
    });
    request.on('response', (response) => {
      probe.reached('identify');
      if (response.statusCode !== 200) {
        probe.end('wrong-identity', `http ${response.statusCode ?? 0}`);
        return;
      }
      let received: Buffer = Buffer.alloc(0);
      response.on('error', (error) => probe.fail(error));
      response.on('data', (chunk: Buffer) => {
        received = Buffer.concat([received, chunk]);
        if (received.length > maxReplyBytes) probe.end('wrong-identity', 'not-a-reply');
      });
      response.on('end', () => {
        const parsed = parseReply(received, keyed);
        if (parsed.ok) endOnReply(probe, spec, parsed.reply);
        else probe.end('wrong-identity', parsed.reason);
      });
    });
    request.end(body);
  });
}

/** Errors of Node's HTTP parser: something answered, in another language. */
function isProtocolError(error: Error): boolean {
  return 'code' in error && typeof error.code === 'string' && error.code.startsWith('HPE_');
}
