import { ErrorCode, type WebClient } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSettableClock } from './settable-clock.ts';
import { createSlackStandIn, type SlackStandIn } from './stand-in.ts';
import { refusal, webClient } from './test-client.ts';
import type { SlackStandInOptions } from './stand-in-options.ts';

const clock = createSettableClock(1_790_000_000_000);
let slack: SlackStandIn;
let web: WebClient;
let channel: string;

async function start(options: SlackStandInOptions): Promise<void> {
  slack = await createSlackStandIn({ clock, ...options });
  web = webClient(slack, slack.botToken);
  channel = slack.channel.id;
}

beforeEach(() => start({ rateLimits: 'off' }));
afterEach(() => slack.close());

describe('rate limits', () => {
  const post = (to: string) => web.chat.postMessage({ channel: to, text: 'x' });

  it('allow a short burst, then about one a second, for each channel alone', async () => {
    await slack.close();
    await start({});
    for (let n = 0; n < 4; n += 1) await post(channel);
    await expect(post(channel)).rejects.toMatchObject({ code: ErrorCode.RateLimitedError, retryAfter: 1 });
    const other = slack.workspace.setChannel({ name: 'other' });
    await post(other.id);
    clock.forward(1000);
    await post(channel);
    await expect(post(channel)).rejects.toMatchObject({ code: ErrorCode.RateLimitedError });
    expect(slack.messages()).toHaveLength(5);
  });
});

describe('faults on demand', () => {
  const post = (text = 'x') => web.chat.postMessage({ channel, text });

  it('drops an answer after the effect, or the call before it, and both look the same', async () => {
    slack.faults.next(1, { kind: 'connection-dropped', effect: 'done' }, { method: 'chat.postMessage' });
    slack.faults.next(1, { kind: 'connection-dropped', effect: 'none' }, { method: 'chat.postMessage' });
    await web.auth.test();
    await expect(post('kept')).rejects.toMatchObject({ code: ErrorCode.RequestError });
    await expect(post('lost')).rejects.toMatchObject({ code: ErrorCode.RequestError });
    await post('after');
    expect(slack.messages().map(({ text }) => text)).toEqual(['kept', 'after']);
    expect(slack.calls('chat.postMessage').map(({ answer, effect }) => `${answer} ${effect}`)).toEqual([
      'dropped done',
      'dropped none',
      'ok done',
    ]);
  });

  it('answers 503 with or without the effect, 429, an error code', async () => {
    slack.faults.next(1, { kind: 'server-error', status: 503, effect: 'done' });
    await expect(post()).rejects.toMatchObject({ code: ErrorCode.HTTPError, statusCode: 503 });
    slack.faults.next(1, { kind: 'rate-limited', retryAfterSeconds: 7 });
    await expect(post()).rejects.toMatchObject({ retryAfter: 7 });
    slack.faults.next(1, { kind: 'refused', error: 'fatal_error' });
    expect(await refusal(post())).toBe('fatal_error');
    slack.faults.rateLimitChannel(channel, 2);
    await expect(post()).rejects.toMatchObject({ retryAfter: 2 });
    clock.forward(2000);
    await post();
    expect(slack.messages()).toHaveLength(2);
  });

  it('delays an answer past the client timeout although the message is there', async () => {
    const impatient = webClient(slack, slack.botToken, { timeout: 50 });
    slack.faults.next(1, { kind: 'delayed', delayMs: 200, effect: 'before-delay' });
    await expect(impatient.chat.postMessage({ channel, text: 'x' })).rejects.toMatchObject({
      code: ErrorCode.RequestError,
    });
    expect(slack.messages()).toHaveLength(1);
    await slack.until('the late answer', () => slack.calls('chat.postMessage').length === 1);
  });

  it('is down and comes back on the same address with everything it knew', async () => {
    await post('before');
    await slack.faults.down();
    await expect(post()).rejects.toMatchObject({
      code: ErrorCode.RequestError,
      original: { cause: { code: 'ECONNREFUSED' } },
    });
    await slack.faults.up();
    await post('after');
    expect(slack.messages().map(({ text }) => text)).toEqual(['before', 'after']);
  });
});
