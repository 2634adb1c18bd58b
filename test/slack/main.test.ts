import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { WebClient } from '@slack/web-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let child: ChildProcess;
let started: {
  url: string;
  apiUrl: string;
  channelId: string;
  teamId: string;
  people: { name: string; id: string }[];
};

async function control(path: string, body?: object, token = 'control-secret') {
  const response = await fetch(`${started.url}/_control/${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${token}` },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

beforeAll(async () => {
  child = spawn(
    process.execPath,
    [fileURLToPath(new URL('main.ts', import.meta.url)), '--json', '--people', 'ana,ben'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        SLACK_STAND_IN_BOT_TOKEN: 'xoxb-mine',
        SLACK_STAND_IN_CONTROL_TOKEN: 'control-secret',
      },
    },
  );
  const [line] = await once(child.stdout ?? child, 'data');
  started = JSON.parse(String(line));
});
afterAll(() => child.kill('SIGKILL'));

describe('the stand-in as a process', () => {
  it('has ids that can be written into a configuration before it runs', () => {
    expect(started).toMatchObject({
      teamId: 'T000STANDIN',
      channelId: 'CCLUSTERALERTS',
      people: [
        { name: 'ana', id: 'U0000000ANA' },
        { name: 'ben', id: 'U0000000BEN' },
      ],
    });
  });

  it('lets a test with the token read, click and break things, and nobody else', async () => {
    expect((await control('messages', undefined, 'other')).status).toBe(401);
    const web = new WebClient('xoxb-mine', { slackApiUrl: started.apiUrl, retryConfig: { retries: 0 } });
    const text = { type: 'plain_text', text: 'Go' } as const;
    const posted = await web.chat.postMessage({
      channel: started.channelId,
      text: 'card',
      blocks: [{ type: 'actions', elements: [{ type: 'button', text, action_id: 'go' }] }],
    });
    const messages = await control('messages');
    expect(messages.body).toMatchObject([{ ts: posted.ts, text: 'card' }]);
    const click = { user: 'ana', ts: posted.ts, actionId: 'go' };
    expect((await control('click', click)).body).toEqual({ outcome: 'no-transport' });
    expect(await control('click', { ...click, actionId: 'stop' })).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining('no button stop') },
    });
    await control('faults', { count: 1, fault: { kind: 'server-error', status: 503, effect: 'done' } });
    await expect(web.auth.test()).rejects.toMatchObject({ statusCode: 503 });
    expect((await control('faults', { count: 1, fault: { kind: 'magic' } })).status).toBe(400);
    expect((await control('state')).body).toMatchObject({
      connections: [],
      people: [{ name: 'ana' }, { name: 'ben' }],
    });
  });

  it('ends when it is told to', async () => {
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
  });
});
