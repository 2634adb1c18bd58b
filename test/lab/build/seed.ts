import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { plainEnv, runCommand } from '../machine/run-command.ts';
import { GiveUpError, waitUntil } from '../machine/waiting.ts';

const startMs = 30_000;
const importMs = 10 * 60_000;
const endMs = 20_000;

/**
 * Imports an archive into a new containerd root. Nodes get hard-linked copies of it, so that bringing one up imports
 * nothing. A containerd of its own does it, in its own mount and network namespace, and ends afterwards.
 * @throws with containerd's last words
 */
export async function makeSeed(root: string, archivePath: string, signal?: AbortSignal): Promise<void> {
  // Not under the root: that path may be too long for a socket.
  const work = await mkdtemp('/tmp/pathmedic-seed-');
  const socket = join(work, 'containerd.sock');
  try {
    const config = join(work, 'config.toml');
    await writeFile(config, seedConfig(root, work, socket));
    const containerd = await startContainerd(config, join(work, 'log'));
    const withSignal = signal === undefined ? {} : { signal };
    try {
      const ctr = ['ctr', '-a', socket];
      await waitUntil(
        "the seed's containerd",
        startMs,
        async () => {
          if (containerd.ended())
            throw new GiveUpError(`containerd ended: ${await lastWords(join(work, 'log'))}`);
          await runCommand([...ctr, 'version']);
          return true;
        },
        withSignal,
      );
      await runCommand([...ctr, '-n', 'k8s.io', 'images', 'import', archivePath], {
        timeoutMs: importMs,
        ...withSignal,
      });
    } finally {
      await containerd.end();
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Images are all it is for: no CRI, whose plug-in each node's containerd has. */
function seedConfig(root: string, work: string, socket: string): string {
  return `version = 2
root = ${JSON.stringify(root)}
state = ${JSON.stringify(join(work, 'state'))}
oom_score = 0
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.internal.v1.opt", "io.containerd.tracing.processor.v1.otlp"]
[grpc]
  address = ${JSON.stringify(socket)}
`;
}

interface Containerd {
  ended(): boolean;
  end(): Promise<void>;
}

async function startContainerd(config: string, logPath: string): Promise<Containerd> {
  const log = await open(logPath, 'w');
  // Should this process be killed, containerd goes with it: the next build empties the folder it writes to.
  const tied = ['--pdeathsig', 'KILL', 'unshare', '--mount', '--net', '--propagation', 'private'];
  const program = 'setpriv';
  const child = spawn(program, [...tied, 'containerd', '--config', config], {
    env: plainEnv,
    cwd: '/',
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  await log.close();
  const exited = once(child, 'exit').catch(() => undefined);
  const ended = (): boolean =>
    child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
  return {
    ended,
    async end() {
      if (ended()) return;
      // In good order: its databases are what the seed is.
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), endMs);
      await exited;
      clearTimeout(timer);
      if (child.signalCode === 'SIGKILL') throw new Error(`containerd did not end in ${endMs / 1000} s`);
    },
  };
}

async function lastWords(logPath: string): Promise<string> {
  const text = await readFile(logPath, 'utf8');
  return text.trim().split('\n').slice(-5).join('\n');
}
