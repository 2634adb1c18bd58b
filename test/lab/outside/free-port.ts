import { connect, createServer } from 'node:net';

/** A port on 127.0.0.1 that nobody listens on; `preferred` if that is so. */
export async function freePort(preferred: number | null): Promise<number> {
  if (preferred !== null) {
    const port = await listenOn(preferred).catch(() => null);
    if (port !== null) return port;
  }
  return listenOn(0);
}

/** Whether something accepts a connection there. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (accepted: boolean): void => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}

function listenOn(port: number): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('the socket has no port'));
        else resolve(address.port);
      });
    });
  });
}
