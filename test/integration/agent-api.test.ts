import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AgentPlan } from '@pathmedic/shared/contract/plan.ts';
import type { Report } from '@pathmedic/shared/contract/report.ts';
import type { ReportReceipt } from '@pathmedic/coordinator/http/http-deps.ts';
import type { TokenReviewResult } from '@pathmedic/coordinator/ports/cluster.ts';
import type { ConsoleHost } from './console-host.ts';
import { startConsoleHost } from './console-host.ts';

const agent = {
  node: 'node1',
  mode: 'pod',
  namespace: 'pathmedic',
  podName: 'agent-1',
  podUid: 'uid-1',
} as const;

const plan: AgentPlan = {
  schema: 1,
  version: 'v7',
  node: 'node1',
  mode: 'pod',
  windowMs: 5000,
  keys: [{ id: 'k1', secret: 'a-secret-of-the-probes' }],
  probes: [],
  checks: [],
};

const vouched: TokenReviewResult = {
  ok: true,
  username: 'system:serviceaccount:pathmedic:pathmedic-agent',
  namespace: 'pathmedic',
  serviceAccount: 'pathmedic-agent',
  podName: agent.podName,
  podUid: agent.podUid,
  nodeName: agent.node,
};

let host: ConsoleHost;
const received: Report[] = [];
const state = {
  leading: true,
  receipt: { ok: true, planVersion: 'v7' } as ReportReceipt,
  plan: plan as AgentPlan | null,
};
beforeAll(async () => {
  host = await startConsoleHost({
    leadership: { leading: () => state.leading, leaderUrl: () => 'http://10.0.0.4:8470' },
    cluster: {
      // As a real API server would: it vouches for one token, and only for our audience.
      reviewToken: (token, audience) =>
        Promise.resolve(
          token === 'good' && audience === 'pathmedic'
            ? vouched
            : { ok: false, reason: 'invalid', detail: 'unknown token' },
        ),
      facts: () => ({ pods: [] }) as never,
    },
    sensing: {
      receive(report) {
        received.push(report);
        return state.receipt;
      },
      planFor: () => state.plan,
    },
  });
});
afterAll(() => host?.stop());

function report(change: Partial<Report> = {}): Report {
  return {
    schema: 1,
    agent: { ...agent, bootId: 'boot-0001' },
    seq: 1,
    planVersion: 'v7',
    windowStartedAtMs: 0,
    windowMs: 5000,
    paths: [],
    checks: [],
    droppedWindows: 0,
    ...change,
  };
}

function send(body: unknown, token = 'good'): Promise<Response> {
  return fetch(`${host.url}/v1/reports`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

function fetchPlan(
  headers: Record<string, string> = {},
  change: Record<string, string> = {},
): Promise<Response> {
  const query = new URLSearchParams({ ...agent, ...change });
  return fetch(`${host.url}/v1/plan?${query}`, { headers: { authorization: 'Bearer good', ...headers } });
}

const codeOf = async (response: Response): Promise<string> =>
  `${response.status} ${((await response.json()) as { code: string }).code}`;

test('a report is taken from the pod that its token names, and from no other', async () => {
  const accepted = await send(report());
  expect(accepted.status).toBe(200);
  expect(accepted.headers.get('pathmedic-leader')).toBe('http://10.0.0.4:8470');
  expect(await accepted.json()).toEqual({ planVersion: 'v7' });
  expect(received.length).toBe(1);
  expect(await codeOf(await send(report(), 'bad'))).toBe('401 AGENT_TOKEN_REFUSED');
  const elsewhere = report({ agent: { ...agent, bootId: 'boot-0001', node: 'node2' } });
  expect(await codeOf(await send(elsewhere))).toBe('403 AGENT_MISMATCH');
  expect(await codeOf(await send({ ...report(), extra: 1 }))).toBe('400 INVALID_REQUEST');
  expect(received.length).toBe(1);
});

test('a report larger than any plan can ask for is not read', async () => {
  const large = report({ impaired: 'x' });
  const response = await send({ ...large, padding: 'x'.repeat(1024 * 1024) });
  expect(await codeOf(response)).toBe('413 BODY_TOO_LARGE');
});

test('a plan is fetched once and then only confirmed', async () => {
  const first = await fetchPlan();
  expect(await first.json()).toEqual(plan);
  const etag = first.headers.get('etag') ?? '';
  const again = await fetchPlan({ 'if-none-match': etag });
  expect(again.status).toBe(304);
  expect(await codeOf(await fetchPlan({}, { node: 'node2' }))).toBe('403 AGENT_MISMATCH');
});

test('agents are sent to the leader, and asked to wait where there is no plan or too much to do', async () => {
  state.receipt = { ok: false, retryAfterMs: 2500 };
  const shed = await send(report());
  expect(shed.headers.get('retry-after')).toBe('3');
  expect(await codeOf(shed)).toBe('503 OVERLOADED');
  state.plan = null;
  expect(await codeOf(await fetchPlan())).toBe('503 NO_PLAN_YET');
  state.leading = false;
  const misdirected = await send(report());
  expect(misdirected.status).toBe(421);
  expect(await misdirected.json()).toMatchObject({ leader: 'http://10.0.0.4:8470' });
  expect((await fetchPlan()).status).toBe(421);
});
