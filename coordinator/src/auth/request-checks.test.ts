import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createAttemptLimiter } from './attempt-limiter.ts';
import { judgeSameSite } from './same-site.ts';
import { verifySlackSignature } from './slack-signature.ts';

describe("Slack's signature", () => {
  const rawBody = Buffer.from('payload=%7B%22a%22%3A1%7D');
  const sign = (timestamp: string, body = rawBody, secret = 's'): string =>
    `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex')}`;
  const verify = (change: Partial<Parameters<typeof verifySlackSignature>[0]> = {}) => {
    const timestamp = '1000';
    const verdict = verifySlackSignature({
      signingSecret: 's',
      timestamp,
      signature: sign(change.timestamp ?? timestamp),
      rawBody,
      nowMs: 1_000_000,
      ...change,
    });
    return verdict.ok ? 'ok' : verdict.reason;
  };

  it('holds for our secret, these bytes and this moment, and for nothing else', () => {
    expect(verify()).toBe('ok');
    expect(verify({ rawBody: Buffer.from('payload=%7B%22a%22%3A2%7D') })).toBe('wrong');
    expect(verify({ signature: sign('1000', rawBody, 'other') })).toBe('wrong');
    expect(verify({ signature: 'v0=' })).toBe('wrong');
    expect(verify({ signature: undefined })).toBe('missing');
    expect(verify({ timestamp: '1e3' })).toBe('malformed-timestamp');
  });

  it('is taken for five minutes to either side', () => {
    expect(verify({ nowMs: 1_300_000 })).toBe('ok');
    expect(verify({ nowMs: 1_300_001 })).toBe('stale');
    expect(verify({ nowMs: 700_000 })).toBe('ok');
    expect(verify({ nowMs: 699_999 })).toBe('stale');
  });
});

describe('requests of the console itself', () => {
  const good = { origin: 'https://pathmedic.example', host: 'pathmedic.example', 'x-pathmedic-console': '1' };
  const judge = (change: Record<string, string | undefined>) => {
    const verdict = judgeSameSite({ ...good, ...change }, 'https://pathmedic.example');
    return verdict.ok ? 'ok' : verdict.reason;
  };

  it('are told by origin, by what the browser says, and by their own header', () => {
    expect(judge({ 'sec-fetch-site': 'same-origin' })).toBe('ok');
    expect(judge({ origin: undefined })).toBe('no-origin');
    expect(judge({ origin: 'null' })).toBe('foreign-origin');
    expect(judge({ origin: 'https://pathmedic.example.evil' })).toBe('foreign-origin');
    expect(judge({ 'sec-fetch-site': 'same-site' })).toBe('cross-site');
    expect(judge({ 'x-pathmedic-console': undefined })).toBe('no-console-header');
  });

  it('may come through another name or a port-forward', () => {
    expect(judge({ origin: 'http://localhost:8470', host: 'localhost:8470' })).toBe('ok');
    expect(judge({ origin: 'http://localhost:8470', host: 'localhost:9999' })).toBe('foreign-origin');
  });
});

it('wrong attempts are counted by origin, forgotten after the window, and bounded in memory', () => {
  const limiter = createAttemptLimiter({ maxFailures: 2, windowMs: 100, maxKeys: 2 });
  limiter.failed('a', 0);
  expect(limiter.waitMs('a', 1)).toBe(0);
  limiter.failed('a', 10);
  expect(limiter.waitMs('a', 20)).toBe(80);
  expect(limiter.waitMs('b', 20)).toBe(0);
  expect(limiter.waitMs('a', 100)).toBe(0);
  limiter.failed('b', 20);
  limiter.failed('c', 20);
  expect(limiter.waitMs('a', 21)).toBe(0);
});
