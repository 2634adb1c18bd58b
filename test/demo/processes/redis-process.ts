import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { GaveUp, waitFor } from '../waiting.ts';
import type { Child, Children } from './child.ts';

/** A Redis for incidents as the product wants it: every write on disk before it is acknowledged; unix socket only. */
export async function startRedisProcess(
  children: Children,
  directory: string,
): Promise<{ child: Child; url: string }> {
  const data = join(directory, 'redis');
  await mkdir(data);
  const socket = join(data, 'redis.sock');
  const settings = {
    port: '0',
    unixsocket: socket,
    dir: data,
    save: '',
    appendonly: 'yes',
    appendfsync: 'always',
    'maxmemory-policy': 'noeviction',
  };
  const child = children.start({
    name: 'redis',
    command: 'redis-server',
    args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
  });
  await waitFor('redis-server to answer', 10_000, async () => {
    if (!child.running()) {
      throw new GaveUp(
        `redis-server ended: ${await child.ended}; is the package redis-server installed?\n${await child.lastWords(5)}`,
      );
    }
    return (await answersPing(socket)) ? true : null;
  });
  return { child, url: `unix://${socket}` };
}

function answersPing(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    const settle = (answers: boolean): void => {
      socket.destroy();
      resolve(answers);
    };
    socket.once('error', () => settle(false));
    socket.once('data', (data: Buffer) => settle(data.toString().startsWith('+PONG')));
    socket.setTimeout(1000, () => settle(false));
    socket.write('PING\r\n');
  });
}
