import { describe, expect, test } from 'vitest';
import { parseRedisUrl } from './connection.ts';

describe('parseRedisUrl', () => {
  test.each([
    ['/run/redis/redis.sock', { path: '/run/redis/redis.sock' }],
    ['unix:///run/redis/redis.sock', { path: '/run/redis/redis.sock' }],
    ['redis://10.0.0.1', { host: '10.0.0.1', port: 6379, db: 0 }],
    ['redis://[fd00::1]:7000/2', { host: 'fd00::1', port: 7000, db: 2 }],
    [
      'rediss://user:p%40ss@redis.example:6380',
      {
        host: 'redis.example',
        port: 6380,
        db: 0,
        username: 'user',
        password: 'p@ss',
        tls: {},
      },
    ],
  ])('%s', (url, target) => {
    expect(parseRedisUrl(url)).toEqual(target);
  });

  test.each(['http://10.0.0.1', 'redis://10.0.0.1/name', 'redis.sock'])('refuses %s', (url) => {
    expect(() => parseRedisUrl(url)).toThrow(/Redis address|Invalid URL/);
  });
});
