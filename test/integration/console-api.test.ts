import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { IncidentPage } from '@pathmedic/shared/contract/console.ts';
import type { IncidentList, IncidentView, Me } from '@pathmedic/shared/contract/console.ts';
import type { DecisionAnswer } from '@pathmedic/shared/contract/console-requests.ts';
import { judgeApprovals } from '@pathmedic/coordinator/domain/approval.ts';
import { auditHead } from '@pathmedic/coordinator/domain/audit-chain.ts';
import { checkAudit } from '@pathmedic/coordinator/domain/audit-check.ts';
import { AuditExport } from '@pathmedic/coordinator/domain/audit-export.ts';
import { currentProposal } from '@pathmedic/coordinator/domain/incident.ts';
import { openRoutes } from '@pathmedic/coordinator/http/open-routes.ts';
import { createHttp } from '@pathmedic/coordinator/http/create-http.ts';
import { eventually } from '../support/condition.ts';
import type { ConsoleHost } from './console-host.ts';
import { keys, startConsoleHost, testDeps, tokens } from './console-host.ts';
import { plan, snapshot, tellStory, title } from './console-story.ts';
import { followEvents } from './event-source.ts';

let host: ConsoleHost;
const slackRequests: string[] = [];
beforeAll(async () => {
  host = await startConsoleHost({
    slack: {
      signingSecret: keys.slack,
      onSlackRequest: ({ kind, body }) => {
        slackRequests.push(`${kind} ${body.toString()}`);
        return Promise.resolve({ status: 200, body: null });
      },
    },
  });
});
afterAll(() => host?.stop());

type Person = keyof typeof tokens;

function call(person: Person | null, method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(`${host.url}${path}`, {
    method,
    headers: {
      ...(person === null ? {} : { authorization: `Bearer ${tokens[person]}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function json<T>(response: Response | Promise<Response>): Promise<T> {
  return (await (await response).json()) as T;
}

let stories = 0;
const newStory = (change: Parameters<typeof plan>[1] = {}) => {
  stories += 1;
  return tellStory(host.store, `inc-${stories}`, { id: `plan-${stories}`.padEnd(20, '0'), ...change });
};

describe('who may call what', () => {
  test('every route but those on the pinned list refuses a caller without credentials', async () => {
    const routes: { method: string; url: string }[] = [];
    const server = await createHttp({
      ...testDeps(host.store),
      slack: {
        signingSecret: keys.slack,
        onSlackRequest: () => Promise.resolve({ status: 200, body: null }),
      },
      onRoute: (method, url) => routes.push({ method, url }),
    });
    const open = new Set([...openRoutes, 'GET /livez', 'GET /readyz']);
    const guarded = routes.filter(({ method, url }) => !open.has(`${method} ${url}`));
    expect(guarded.map(({ method, url }) => `${method} ${url}`).toSorted()).toEqual([
      'DELETE /v1/pause',
      'GET /v1/incidents',
      'GET /v1/incidents/:id',
      'GET /v1/incidents/:id/audit.json',
      'GET /v1/incidents/:id/events',
      'GET /v1/incidents/:id/report.md',
      'GET /v1/me',
      'GET /v1/overview',
      'GET /v1/pause',
      'GET /v1/plan',
      'POST /v1/incidents/:id/decisions',
      'POST /v1/incidents/:id/messages',
      'POST /v1/reports',
      'POST /v1/slack/events',
      'POST /v1/slack/interactions',
      'PUT /v1/pause',
    ]);
    for (const { method, url } of guarded) {
      const response = await server.inject({
        method: method as 'GET',
        url: url.replace(':id', 'inc-1'),
        ...(method === 'GET' ? {} : { payload: {} }),
      });
      expect(`${method} ${url} ${response.statusCode}`).toBe(`${method} ${url} 401`);
      expect(response.headers['content-type']).toContain('application/problem+json');
    }
    await server.close();
  });

  test('a viewer may look and write, but neither decide nor pause', async () => {
    const story = await newStory();
    await story.propose();
    const decision = { proposalId: story.proposalId, decision: 'approved' };
    expect((await call('vera', 'POST', `/v1/incidents/${story.id}/decisions`, decision)).status).toBe(403);
    expect((await call('vera', 'PUT', '/v1/pause', { reason: 'x' })).status).toBe(403);
    expect((await call('vera', 'POST', `/v1/incidents/${story.id}/messages`, { text: 'hm' })).status).toBe(
      200,
    );
    const me = await json<Me>(call('vera', 'GET', '/v1/me'));
    expect(me.mayDecide).toEqual({
      ok: false,
      why: 'You may look and write, but not decide. Approvers: @ana, @ben.',
    });
  });

  test('wrong tokens are heard only ten times a minute, by whichever way they come', async () => {
    const limited = await startConsoleHost();
    try {
      const guess = (): Promise<Response> =>
        fetch(`${limited.url}/v1/me`, { headers: { authorization: 'Bearer guess' } });
      for (let i = 0; i < 10; i += 1) expect((await guess()).status).toBe(401);
      const refused = await fetch(`${limited.url}/v1/login`, {
        method: 'POST',
        headers: {
          origin: limited.url,
          'x-pathmedic-console': '1',
          'content-type': 'application/json',
        },
        body: JSON.stringify({ token: tokens.ana }),
      });
      expect(refused.status).toBe(429);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    } finally {
      await limited.stop();
    }
  });
});

describe('the console session', () => {
  const fromConsole = { 'x-pathmedic-console': '1', 'content-type': 'application/json' };
  const login = (headers: Record<string, string> = {}, token: string = tokens.ana): Promise<Response> =>
    fetch(`${host.url}/v1/login`, {
      method: 'POST',
      headers: { ...fromConsole, origin: host.url, ...headers },
      body: JSON.stringify({ token }),
    });

  test('login gives a cookie that scripts cannot read and other sites cannot send', async () => {
    const response = await login();
    expect(response.status).toBe(200);
    expect(response.headers.get('set-cookie')).toMatch(
      /^pathmedic=[\w-]+\.[\w-]+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/,
    );
    expect(response.headers.get('set-cookie')).not.toContain(tokens.ana);
  });

  test('what changes something needs the origin, no cross-site mark, and the console header', async () => {
    const cookie = (await login()).headers.get('set-cookie')?.split(';')[0] ?? '';
    const story = await newStory();
    const say = (headers: Record<string, string>): Promise<Response> =>
      fetch(`${host.url}/v1/incidents/${story.id}/messages`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', cookie, ...headers },
        body: JSON.stringify({ text: 'hello' }),
      });
    const good = { origin: host.url, 'x-pathmedic-console': '1' };
    expect((await say({ origin: host.url })).status).toBe(403);
    expect((await say({ 'x-pathmedic-console': '1' })).status).toBe(403);
    expect((await say({ ...good, origin: 'https://evil.example' })).status).toBe(403);
    expect((await say({ ...good, 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await say({ ...good, cookie: `${cookie.slice(0, -3)}abc` })).status).toBe(401);
    expect((await host.store.load(story.id))?.events.length).toBe(1);
    expect((await say(good)).status).toBe(200);
    expect((await login({ origin: 'https://evil.example' })).status).toBe(403);
    expect((await login({}, 'wrong')).status).toBe(401);
  });

  test('every answer carries the headers that keep other content and frames out', async () => {
    for (const path of ['/', '/v1/me', '/nowhere']) {
      const { headers } = await fetch(`${host.url}${path}`);
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('cache-control')).toBe('no-store');
    }
  });
});

describe('deciding', () => {
  test('two clicks at the same moment: one is recorded, the other learns who was first', async () => {
    const story = await newStory();
    await story.propose();
    const path = `/v1/incidents/${story.id}/decisions`;
    const body = { proposalId: story.proposalId, decision: 'approved' };
    const answers = await Promise.all([
      call('ana', 'POST', path, body),
      call('ana', 'POST', path, body),
      call('ben', 'POST', path, body),
    ]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409, 409]);
    const loaded = await host.store.load(story.id);
    expect(loaded?.events.filter((event) => event.body.type === 'decided').length).toBe(1);
    const lost = answers.find(({ status }) => status === 409);
    const problem = await json<{ reason: string; detail: string }>(lost ?? Promise.reject(new Error('none')));
    expect(problem.reason).toBe('already-approved');
    expect(problem.detail).toMatch(
      /^Already approved by @(ana|ben) on the command line at \d\d:\d\d:\d\d UTC\.$/,
    );
    const state = loaded === null ? null : currentProposal(loaded.incident);
    if (state === null) throw new Error('no proposal');
    const input = {
      key: keys.approval,
      incidentId: story.id,
      state,
      principals: testDeps(host.store).principals.all,
    };
    expect(judgeApprovals(input).ok).toBe(true);
    expect((await host.store.due('coordinator', 100)).includes(story.id)).toBe(true);
    const queued = await host.store.outboxOf(story.id);
    expect(queued.map(({ kind }) => kind)).toEqual(['root', 'card', 'reply']);
  });

  test('expiry counts at the click, by the store', async () => {
    const story = await newStory({ expiresAtMs: (await host.store.nowMs()) - 1 });
    await story.propose();
    const body = { proposalId: story.proposalId, decision: 'approved' };
    const response = await call('ana', 'POST', `/v1/incidents/${story.id}/decisions`, body);
    expect(response.status).toBe(409);
    expect((await json<{ reason: string }>(response)).reason).toBe('expired');
  });

  test('with two people needed the first approval waits for the second', async () => {
    const story = await newStory({ approvalsNeeded: 2 });
    await story.propose();
    const path = `/v1/incidents/${story.id}/decisions`;
    const body = { proposalId: story.proposalId, decision: 'approved' };
    const first = await json<DecisionAnswer>(call('ana', 'POST', path, body));
    expect(first).toMatchObject({ complete: false, sentence: 'Approved. A second person is needed: @ben.' });
    expect((await call('ana', 'POST', path, body)).status).toBe(409);
    expect(await json<DecisionAnswer>(call('ben', 'POST', path, body))).toMatchObject({ complete: true });
  });
});

describe('the conversation', () => {
  test('plain text is kept as it was said; commands are answered; what was said here is told in Slack', async () => {
    const story = await newStory();
    await story.diagnose();
    const say = (text: string, person: Person = 'ana'): Promise<Response> =>
      call(person, 'POST', `/v1/incidents/${story.id}/messages`, { text });
    expect(await json(say('I will close the door'))).toEqual({ understood: 'conversation', command: null });
    expect(await json(say('Why?'))).toEqual({ understood: 'command', command: 'why' });
    expect(await json(say('take over', 'vera'))).toEqual({ understood: 'command', command: 'take over' });
    const { events, incident } = (await host.store.load(story.id)) ?? { events: [], incident: null };
    expect(events.slice(2).map((event) => event.body.type)).toEqual([
      'said',
      'said',
      'answered',
      'said',
      'answered',
    ]);
    expect(incident?.takenOverBy).toBeNull();
    const why = events[4]?.body;
    expect(why?.type === 'answered' && why.lines[0]).toContain('flannel no longer runs on node2');
    expect((await host.store.outboxOf(story.id)).map(({ key }) => key)).toEqual([
      'reply-3',
      'reply-4',
      'reply-5',
      'reply-6',
      'reply-7',
    ]);
  });

  test('a person closes: the open card ends first, and the audit head covers everything before', async () => {
    const story = await newStory();
    await story.propose();
    expect((await call('ana', 'POST', `/v1/incidents/${story.id}/messages`, { text: 'CLOSE' })).status).toBe(
      200,
    );
    const loaded = await host.store.load(story.id);
    expect(loaded?.events.map((event) => event.body.type)).toEqual([
      'opened',
      'proposed',
      'said',
      'answered',
      'proposal-expired',
      'closed',
    ]);
    expect(loaded?.incident.closed?.how).toBe('by-person');
  });
});

describe('looking', () => {
  test('the list has the open ones first, and reads on in the closed ones', async () => {
    const story = await newStory();
    const list = await json<IncidentList>(call('vera', 'GET', '/v1/incidents'));
    expect(list.open[0]).toMatchObject({ id: story.id, title, state: { icon: '🔴', closed: false } });
    expect(list.closed.length).toBeGreaterThan(0);
    expect(list.open.some((item) => item.state.closed)).toBe(false);
  });

  test('the page says who may decide, shows the whole diff, and hides nothing that reorders text', async () => {
    const story = await newStory({ why: 'left\u202Eright' });
    await story.triage();
    await story.diagnose();
    await story.propose();
    host.network.snapshot = snapshot(Date.now());
    const { page, timeline } = await json<IncidentView>(call('ana', 'GET', `/v1/incidents/${story.id}`));
    expect(page.plan?.approve).toEqual({ ok: true });
    expect(page.plan?.why).toBe('left⟨U+202E⟩right');
    expect(
      page.plan?.steps[0]?.diff.filter(({ kind }) => kind === 'remove').map(({ text }) => text.trim()),
    ).toEqual(['nodeSelector:', 'kubernetes.io/os: linux', 'net: "on"']);
    const row = page.matrix?.rows.find(({ name }) => name === 'node2');
    expect(new Set(row?.cells.slice(0, 5).map(({ state }) => state))).toEqual(new Set(['failing', 'none']));
    expect(timeline.map(({ n }) => n)).toEqual([1, 2, 3, 4]);
    host.network.snapshot = null;
    const forVera = await json<IncidentView>(call('vera', 'GET', `/v1/incidents/${story.id}`));
    expect(forVera.page.plan?.approve).toMatchObject({ ok: false, reason: 'not-an-approver' });
    expect(forVera.page.matrix).toBeNull();
  });

  test('the write-up is Markdown in which nothing from outside becomes a link', async () => {
    const story = await newStory({ why: '[click](http://evil.example) ![x](y)' });
    await story.propose();
    const response = await call('vera', 'GET', `/v1/incidents/${story.id}/report.md`);
    expect(response.headers.get('content-type')).toBe('text/markdown; charset=utf-8');
    const text = await response.text();
    expect(text).toContain(`# ${title}`);
    expect(text).toContain('-          net: "on"');
    expect(text).not.toContain('[click]');
    expect(text).not.toMatch(/(?<!\\)!\[/);
  });
});

describe('the export for the audit', () => {
  test('holds every event as it was chained, for viewers too', async () => {
    const story = await newStory();
    const loaded = await host.store.load(story.id);
    const response = await call('vera', 'GET', `/v1/incidents/${story.id}/audit.json`);
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename="${story.id}-audit.json"`);
    const file = AuditExport.parse(await response.json());
    const head = auditHead('k', story.id, loaded?.events ?? []);
    expect(checkAudit('k', file, [head])).toMatchObject({ result: 'intact', uncovered: 0 });
    expect((await call('vera', 'GET', '/v1/incidents/none/audit.json')).status).toBe(404);
  });
});

describe('the live story', () => {
  test('resumes after the event that the page has, on another replica, and misses nothing', async () => {
    const story = await newStory();
    await story.triage();
    const other = await host.addReplica();
    const headers = { authorization: `Bearer ${tokens.vera}` };
    const path = `/v1/incidents/${story.id}/events`;
    const first = await followEvents(`${host.url}${path}`, headers);
    await eventually('both events', () => first.entries().length === 2);
    await first.close();
    await story.diagnose();
    const second = await followEvents(`${other}${path}`, { ...headers, 'last-event-id': '2' });
    await eventually('the third', () => second.entries().length === 1);
    await story.propose();
    await eventually('the fourth, as it happens', () => second.entries().length === 2);
    expect(second.entries()).toEqual([3, 4]);
    const page = second.last('page');
    expect(IncidentPage.parse(page).plan?.status.at).toBe('open');
    await second.close();
  });

  test('ends cleanly when the server goes away', async () => {
    const own = await startConsoleHost();
    const story = await tellStory(own.store);
    const events = await followEvents(`${own.url}/v1/incidents/${story.id}/events`, {
      authorization: `Bearer ${tokens.vera}`,
    });
    await eventually('the first event', () => events.entries().length === 1);
    await own.stop();
    await events.ended;
    expect(events.last('end')).toEqual({ reason: 'shutdown' });
  });

  test('there is a bound on the streams of one person', async () => {
    const own = await startConsoleHost({ limits: { streamsPerPerson: 1 } });
    try {
      const story = await tellStory(own.store);
      const url = `${own.url}/v1/incidents/${story.id}/events`;
      const authorization = `Bearer ${tokens.vera}`;
      const events = await followEvents(url, { authorization });
      const refused = await fetch(url, { headers: { authorization } });
      expect(refused.status).toBe(503);
      await refused.body?.cancel();
      await events.close();
      await eventually('the place is free again', async () => {
        const again = await fetch(url, { headers: { authorization } });
        await again.body?.cancel();
        return again.status === 200;
      });
    } finally {
      await own.stop();
    }
  });
});

describe('the pause', () => {
  test('set, kept, lifted', async () => {
    expect(await json(call('ana', 'PUT', '/v1/pause', { reason: 'maintenance' }))).toMatchObject({
      paused: true,
      by: 'ana',
    });
    expect(await json(call('ben', 'PUT', '/v1/pause', { reason: 'other' }))).toMatchObject({
      reason: 'maintenance',
    });
    expect(await host.store.pause()).toMatchObject({ paused: true, reason: 'maintenance' });
    expect(await json(call('ben', 'DELETE', '/v1/pause'))).toEqual({ paused: false });
  });
});

describe('Slack', () => {
  const post = (body: string, timestamp: number, signedWith = keys.slack): Promise<Response> => {
    const mac = createHmac('sha256', signedWith).update(`v0:${timestamp}:${body}`).digest('hex');
    return fetch(`${host.url}/v1/slack/interactions`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-slack-request-timestamp': String(timestamp),
        'x-slack-signature': `v0=${mac}`,
      },
      body,
    });
  };

  test('only a fresh request signed with our secret is handed on, byte for byte', async () => {
    const now = Math.floor(Date.now() / 1000);
    expect((await post('payload=%7B%7D', now, 'another secret')).status).toBe(401);
    expect((await post('payload=%7B%7D', now - 400)).status).toBe(401);
    expect((await post('payload=%7B%7D', now + 400)).status).toBe(401);
    expect(slackRequests).toEqual([]);
    expect((await post('payload=%7B%7D', now - 200)).status).toBe(200);
    expect(slackRequests).toEqual(['interactions payload=%7B%7D']);
  });
});

test('a store that does not answer is a 503 that says so', async () => {
  const own = await startConsoleHost();
  try {
    await own.breakStore();
    const response = await fetch(`${own.url}/v1/incidents`, {
      headers: { authorization: `Bearer ${tokens.ana}` },
    });
    expect(response.status).toBe(503);
    expect((await json<{ code: string }>(response)).code).toBe('STORE_UNAVAILABLE');
  } finally {
    await own.stop();
  }
});
