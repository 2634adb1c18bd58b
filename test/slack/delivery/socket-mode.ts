import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock, Timer } from '@pathmedic/shared/runtime/clock.ts';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import type { IdSource } from '../id-source.ts';
import { limits } from '../limits.ts';
import type { Delivery } from './delivery.ts';

const pingEveryMs = 10_000;
/** How long Slack lets a connection live on after it asked the client to reconnect. */
const disconnectGraceMs = 10_000;

const acknowledgement = z.object({ envelope_id: z.string(), payload: z.unknown().optional() });

export type DisconnectReason = 'warning' | 'refresh_requested' | 'link_disabled' | 'too_many_websockets';

export interface Envelope {
  readonly type: 'interactive' | 'events_api';
  readonly payload: unknown;
  /** Events only: how often it was sent before, and why again. */
  readonly retryAttempt?: number;
  readonly retryReason?: string;
}

/** A registration Slack delivers to. A ghost's client is gone, yet its share of the envelopes is lost with it. */
interface Connection {
  readonly id: string;
  readonly kind: 'client' | 'ghost';
  readonly socket: WebSocket | undefined;
  state: 'open' | 'draining';
}

export interface SocketMode {
  /** A WebSocket URL for one connection within 30 s. */
  openUrl(host: string): string;
  /** Takes over an HTTP upgrade of `/link/`. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  connections(): readonly Pick<Connection, 'id' | 'kind' | 'state'>[];
  /** Sends to one connection, in turn, and waits up to 3 s for the acknowledgement; undefined without any. */
  send(envelope: Envelope): Promise<Delivery> | undefined;
  /** Sends the last envelope again under its old id, as a redelivery would. */
  redeliver(): Promise<Delivery> | undefined;
  /** Registers a dead connection that swallows its share; returns how to remove it. */
  addGhost(): () => void;
  /** Asks every client to reconnect; cuts the connection 10 s later if it did not. */
  disconnect(reason: Exclude<DisconnectReason, 'too_many_websockets'>): void;
  /** Cuts every connection without a word. */
  cut(): void;
  close(): void;
}

interface SocketModeDependencies {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly appId: string;
  /** Called when a connection comes or goes. */
  readonly onChange: () => void;
}

export function createSocketMode({ clock, ids, appId, onChange }: SocketModeDependencies): SocketMode {
  const server = new WebSocketServer({ noServer: true, maxPayload: limits.requestSizeBytes });
  const ticketExpiryMs = new Map<string, number>();
  const waiting = new Map<string, { connectionId: string; settle: (delivery: Delivery) => void }>();
  const timers = new Set<Timer>();
  let connections: readonly Connection[] = [];
  let turn = 0;
  let last: { envelope: Envelope; envelopeId: string } | undefined;

  const after = (delayMs: number, run: () => void): Timer => {
    const timer = clock.after(delayMs, () => {
      timers.delete(timer);
      run();
    });
    timers.add(timer);
    return timer;
  };

  const remove = (connection: Connection): void => {
    if (!connections.includes(connection)) return;
    connections = connections.filter((other) => other !== connection);
    for (const { connectionId, settle } of [...waiting.values()]) {
      if (connectionId === connection.id) settle({ outcome: 'timed-out', transport: 'socket' });
    }
    onChange();
  };

  const tell = (connection: Connection, message: unknown): void => {
    connection.socket?.send(JSON.stringify(message));
  };

  const received = (data: RawData): void => {
    let message: unknown;
    try {
      message = JSON.parse(Buffer.isBuffer(data) ? data.toString() : '');
    } catch {
      return;
    }
    const parsed = acknowledgement.safeParse(message);
    if (!parsed.success) return;
    waiting.get(parsed.data.envelope_id)?.settle({
      outcome: 'acknowledged',
      transport: 'socket',
      response: parsed.data.payload,
    });
  };

  const keepAlive = (connection: Connection): void => {
    if (!connections.includes(connection)) return;
    connection.socket?.ping();
    after(pingEveryMs, () => keepAlive(connection));
  };

  const accept = (socket: WebSocket): void => {
    const connection: Connection = { id: ids.uuid(), kind: 'client', socket, state: 'open' };
    socket.on('error', () => socket.terminate());
    const debug_info = { host: 'applink-stand-in' };
    if (connections.length >= limits.socketConnections) {
      tell(connection, { type: 'disconnect', reason: 'too_many_websockets', debug_info });
      socket.close();
      return;
    }
    connections = [...connections, connection];
    socket.on('message', received);
    socket.on('close', () => remove(connection));
    tell(connection, {
      type: 'hello',
      num_connections: connections.length,
      debug_info: { ...debug_info, approximate_connection_time: 18_060 },
      connection_info: { app_id: appId },
    });
    after(pingEveryMs, () => keepAlive(connection));
    onChange();
  };

  const deliver = (envelope: Envelope, envelopeId: string): Promise<Delivery> | undefined => {
    const open = connections.filter(({ state }) => state === 'open');
    const candidates = open.length > 0 ? open : connections;
    const connection = candidates[turn++ % Math.max(1, candidates.length)];
    if (!connection) return undefined;
    last = { envelope, envelopeId };
    return new Promise((resolve) => {
      const settle = (delivery: Delivery): void => {
        waiting.delete(envelopeId);
        timer.cancel();
        timers.delete(timer);
        resolve(delivery);
      };
      const timer = after(limits.acknowledgeWithinMs, () =>
        settle({ outcome: 'timed-out', transport: 'socket' }),
      );
      waiting.set(envelopeId, { connectionId: connection.id, settle });
      tell(connection, {
        envelope_id: envelopeId,
        type: envelope.type,
        payload: envelope.payload,
        accepts_response_payload: false,
        ...(envelope.type === 'events_api' && {
          retry_attempt: envelope.retryAttempt ?? 0,
          retry_reason: envelope.retryReason ?? '',
        }),
      });
    });
  };

  return {
    openUrl(host) {
      const ticket = ids.uuid();
      ticketExpiryMs.set(ticket, clock.nowMs() + limits.socketTicketValidMs);
      return `ws://${host}/link/?ticket=${ticket}&app_id=${ids.hex(16)}`;
    },
    upgrade(request, socket, head) {
      const ticket = new URL(request.url ?? '/', 'http://localhost').searchParams.get('ticket') ?? '';
      const expiryMs = ticketExpiryMs.get(ticket) ?? 0;
      ticketExpiryMs.delete(ticket);
      if (clock.nowMs() >= expiryMs) {
        socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
        return;
      }
      server.handleUpgrade(request, socket, head, accept);
    },
    connections: () => connections,
    send: (envelope) => deliver(envelope, ids.uuid()),
    redeliver: () => (last ? deliver(last.envelope, last.envelopeId) : undefined),
    addGhost() {
      const ghost: Connection = { id: ids.uuid(), kind: 'ghost', socket: undefined, state: 'open' };
      connections = [...connections, ghost];
      onChange();
      return () => remove(ghost);
    },
    disconnect(reason) {
      for (const connection of connections.filter(({ kind }) => kind === 'client')) {
        connection.state = 'draining';
        tell(connection, { type: 'disconnect', reason, debug_info: { host: 'applink-stand-in' } });
        after(disconnectGraceMs, () => connection.socket?.terminate());
      }
    },
    cut() {
      for (const { socket } of connections) socket?.terminate();
    },
    close() {
      for (const { socket } of connections) socket?.terminate();
      for (const connection of connections) remove(connection);
      for (const timer of timers) timer.cancel();
      timers.clear();
      server.close();
    },
  };
}
