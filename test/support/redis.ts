import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

export interface RedisServerOptions {
  /** Further settings as redis-server takes them, e.g. `{ maxmemory: '4mb' }`. */
  config?: Readonly<Record<string, string>>;
}

/** A redis-server of one's own: unix socket only, data in a temporary directory that goes with it. */
export interface RedisServer {
  /** Address as the product's settings take it. */
  url: string;
  /** A plain client for looking; closed with the server. */
  inspect(): Redis;
  /** Ends the process at once, as a crash would; its files stay. */
  kill(): Promise<void>;
  /** Starts it again on the same socket and files. */
  start(): Promise<void>;
  /** Stops the process without ending it: it takes connections and answers nothing. */
  freeze(): void;
  thaw(): void;
  /** Ends the process and removes every file. */
  stop(): Promise<void>;
}

const startTimeoutMs = 10_000;
const durable = { appendonly: 'yes', appendfsync: 'always', 'maxmemory-policy': 'noeviction' };

export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const directory = await mkdtemp(join(tmpdir(), 'pathmedic-redis-'));
  const socket = join(directory, 'redis.sock');
  const config = { ...durable, ...options.config };
  let child: ChildProcess | null = null;
  let client: Redis | null = null;

  const onExit = (): void => void child?.kill('SIGKILL');
  process.on('exit', onExit);

  async function start(): Promise<void> {
    const settings = Object.entries({ ...config, port: '0', unixsocket: socket, dir: directory, save: '' });
    const started = spawn(
      'redis-server',
      settings.flatMap(([name, value]) => [`--${name}`, value]),
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    child = started;
    await listening(started);
  }

  async function kill(): Promise<void> {
    const running = child;
    child = null;
    if (running === null || running.exitCode !== null || running.signalCode !== null) return;
    const ended = once(running, 'exit');
    running.kill('SIGKILL');
    await ended;
  }

  const server: RedisServer = {
    url: `unix://${socket}`,
    inspect() {
      if (client === null) {
        client = new Redis({ path: socket });
        client.on('error', () => undefined);
      }
      return client;
    },
    kill,
    start,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    async stop() {
      client?.disconnect();
      await kill();
      process.off('exit', onExit);
      await rm(directory, { recursive: true, force: true });
    },
  };
  try {
    await start();
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

function listening(child: ChildProcess): Promise<void> {
  let output = '';
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => fail('did not start in time'), startTimeoutMs);
    function fail(why: string): void {
      clearTimeout(timer);
      reject(new Error(`redis-server ${why}\n${output}`));
    }
    child.once('error', (error) =>
      fail(`cannot be run (${error.message}); install the package redis-server`),
    );
    child.once('exit', (code) => fail(`ended with ${code ?? 'a signal'}`));
    child.stderr?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stdout?.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-4_000);
      if (!output.includes('Ready to accept connections') && !output.includes('is now ready to accept'))
        return;
      clearTimeout(timer);
      resolve();
    });
  });
}
