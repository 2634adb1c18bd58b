import type { Socket } from 'node:net';
import type { Clock } from '@pathmedic/shared/runtime/clock.ts';

/** With the headers of IP and TCP well below 1280 bytes, which every network carries (RFC 8200, section 5). */
const pieceBytes = 1_000;
/** Time for a piece to be acknowledged inside a cluster: what is not yet sent would be joined to a larger segment. */
const pauseMs = 4;

/** What a stream implements; the declared type leaves out the encoding that streams use for bytes. */
interface PieceWriter {
  _write(chunk: Buffer, encoding: string, done: (error?: Error | null) => void): void;
}

const paced = new WeakSet<Socket>();

/**
 * Makes a connection send what is written to it from now on in small segments, one after the other. Where large packets
 * vanish, an agent could else tell nobody what it sees. Node offers no maximum segment size, so the pieces are written
 * one by one, by the stream's own interface for that.
 */
export function sendInSmallSegments(socket: Socket, clock: Clock): void {
  if (paced.has(socket)) return;
  paced.add(socket);
  socket.setNoDelay(true);
  const writer: PieceWriter = socket;
  const writePiece = writer._write.bind(socket);
  socket._write = (chunk: unknown, encoding, done) => {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk), encoding);
    const next = (from: number): void => {
      const end = Math.min(bytes.length, from + pieceBytes);
      writePiece(bytes.subarray(from, end), 'buffer', (error) => {
        if (error || end >= bytes.length) done(error);
        else clock.after(pauseMs, () => next(end));
      });
    };
    next(0);
  };
  // Without it a stream writes queued chunks one at a time.
  Object.defineProperty(socket, '_writev', { value: null, configurable: true });
}
