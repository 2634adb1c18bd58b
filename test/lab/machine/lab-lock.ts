import { createServer } from 'node:net';

/**
 * At most one command changes a lab at a time. The lock is an abstract socket (unix(7)) named after the lab: the kernel
 * takes it back however its holder ends, and it counts for every state folder, as the lab's namespaces do.
 * @throws when another command holds it
 */
export async function lockLab(lab: string): Promise<{ release(): Promise<void> }> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      const busy = 'code' in error && error.code === 'EADDRINUSE';
      reject(busy ? new LabBusyError(lab) : error);
    });
    server.listen(`\0pathmedic-lab-${lab}`, resolve);
  });
  server.unref();
  return {
    release: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
      }),
  };
}

export class LabBusyError extends Error {
  override name = 'LabBusyError';

  constructor(lab: string) {
    super(`another command is changing the lab ${lab}; wait for it, or use another --name`);
  }
}
