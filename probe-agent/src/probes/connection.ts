import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { Attempt } from './attempt.ts';

/** Opens the probe's TCP connection: to that one address, small writes unbuffered, gone when the probe has ended. */
export function openConnection(
  probe: Attempt,
  target: { address: string; port: number },
  sourceAddress: string | null,
): Socket {
  const socket = connect({
    host: target.address,
    port: target.port,
    noDelay: true,
    autoSelectFamily: false,
    ...(sourceAddress === null ? {} : { localAddress: sourceAddress }),
  });
  probe.cleanup(() => socket.destroy());
  probe.reached('connect');
  socket.on('error', (error) => probe.fail(error));
  return socket;
}
