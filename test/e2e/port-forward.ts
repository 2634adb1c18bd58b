import { createServer, type Server, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { PortForward, type KubeConfig } from '@kubernetes/client-node';

export interface Forward {
  /** `http://127.0.0.1:PORT`. */
  url: string;
  close(): Promise<void>;
}

/** A local port that leads to a port of a pod, through the API server. Each connection is forwarded on its own. */
export async function forwardTo(
  kubeConfig: KubeConfig,
  namespace: string,
  pod: string,
  port: number,
): Promise<Forward> {
  const forwarding = new PortForward(kubeConfig);
  const open = new Set<Socket>();
  const server: Server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    const errors = new PassThrough();
    errors.on('data', () => socket.destroy());
    socket.on('error', () => socket.destroy());
    forwarding.portForward(namespace, pod, [port], socket, errors, socket).then(
      (webSocket) => {
        socket.on('close', () => {
          const opened = typeof webSocket === 'function' ? webSocket() : webSocket;
          opened?.close();
        });
      },
      () => socket.destroy(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the forward has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        // A connection on which nothing comes any more would keep it open.
        for (const socket of open) socket.destroy();
      }),
  };
}
