import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { AgentPlan } from '@pathmedic/shared/contract/plan.ts';
import type { CheckSpec, ProbeSpec } from '@pathmedic/shared/contract/plan.ts';
import { Report } from '@pathmedic/shared/contract/report.ts';
import { silentLogger } from '@pathmedic/shared/runtime/logger.ts';
import { createAgent } from '../../src/app.ts';
import type { AgentAddresses } from '../../src/app.ts';
import { loadAgentConfig } from '../../src/config.ts';
import { testKey } from './test-key.ts';

export const testToken = 'token-of-the-agent';

/** A plan for the pod agent of `node` with a version of its own each time. */
export function agentPlan(node: string, probes: ProbeSpec[], checks: CheckSpec[] = []): AgentPlan {
  planCount += 1;
  return {
    schema: 1,
    version: `v${planCount}`,
    node,
    mode: 'pod',
    windowMs: 500,
    keys: [testKey],
    probes,
    checks,
  };
}
let planCount = 0;

export function keyedProbe(
  pathId: string,
  protocol: 'tcp' | 'udp' | 'http',
  address: string,
  port: number,
  podUid: string | null,
): ProbeSpec {
  return {
    pathId,
    protocol,
    address,
    port,
    intervalMs: 100,
    timeoutMs: 1_000,
    expect: podUid === null ? null : { podUid },
  };
}

interface PathCount {
  sent: number;
  ok: number;
  failures: Map<string, number>;
}

/** What the fake coordinator answers to one request instead of doing its work. */
export interface CannedAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

export interface FakeCoordinator {
  url: string;
  reports: Report[];
  requests: { method: string; path: string; authorization: string | undefined }[];
  setPlan(plan: AgentPlan): void;
  /** Totals by path over all reports of a node. */
  countsOf(node: string): Map<string, PathCount>;
  /** Answers report posts this way until called with null. */
  answerReportsWith(canned: CannedAnswer | null): void;
  close(): Promise<void>;
}

/** The coordinator's side of the wire contract: accepts only what the contract's schemas accept. */
export async function startFakeCoordinator(): Promise<FakeCoordinator> {
  const plans = new Map<string, AgentPlan>();
  const reports: Report[] = [];
  const requests: FakeCoordinator['requests'] = [];
  let canned: CannedAnswer | null = null;

  function send(response: ServerResponse, answer: CannedAnswer): void {
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    response.end(answer.body === undefined ? '' : JSON.stringify(answer.body));
  }

  function servePlan(url: URL, request: IncomingMessage): CannedAnswer {
    const plan = plans.get(url.searchParams.get('node') ?? '');
    if (plan === undefined) return { status: 503, headers: { 'retry-after': '0' } };
    if (request.headers['if-none-match'] === `"${plan.version}"`) return { status: 304 };
    return { status: 200, body: plan };
  }

  function takeReport(text: string): CannedAnswer {
    if (canned !== null) return canned;
    const report = Report.safeParse(JSON.parse(text));
    if (!report.success)
      return { status: 400, body: { code: 'INVALID_REQUEST', detail: report.error.message } };
    reports.push(report.data);
    return { status: 200, body: { planVersion: plans.get(report.data.agent.node)?.version ?? '' } };
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://fake');
    const { authorization } = request.headers;
    requests.push({ method: request.method ?? '', path: url.pathname, authorization });
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (authorization !== `Bearer ${testToken}`)
        send(response, { status: 401, body: { code: 'UNAUTHENTICATED' } });
      else if (url.pathname === '/v1/plan') send(response, servePlan(url, request));
      else if (url.pathname === '/v1/reports')
        send(response, takeReport(Buffer.concat(chunks).toString('utf8')));
      else send(response, { status: 404 });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  if (typeof bound !== 'object' || bound === null) throw new Error('not listening');

  return {
    url: `http://127.0.0.1:${bound.port}`,
    reports,
    requests,
    setPlan: (plan) => void plans.set(plan.node, AgentPlan.parse(plan)),
    countsOf(node) {
      const counts = new Map<string, PathCount>();
      for (const path of reports
        .filter((report) => report.agent.node === node)
        .flatMap((report) => report.paths)) {
        const count = counts.get(path.pathId) ?? { sent: 0, ok: 0, failures: new Map<string, number>() };
        count.sent += path.sent;
        count.ok += path.ok;
        for (const [kind, value] of Object.entries(path.failures)) {
          count.failures.set(kind, (count.failures.get(kind) ?? 0) + (value ?? 0));
        }
        counts.set(path.pathId, count);
      }
      return counts;
    },
    answerReportsWith: (answer) => {
      canned = answer;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export interface AgentUnderTest {
  address: string;
  addresses: AgentAddresses;
  metricsUrl: string;
  directory: string;
  stop(): Promise<void>;
}

/** A whole agent in this process, on an address of its own, with the kernel's choice of ports. */
export async function startAgentUnderTest(options: {
  node: string;
  address: string;
  coordinator: { url: string };
  env?: Record<string, string>;
}): Promise<AgentUnderTest> {
  const directory = mkdtempSync(join(tmpdir(), 'pathmedic-agent-'));
  writeFileSync(join(directory, 'token'), `${testToken}\n`);
  const loaded = loadAgentConfig({
    PATHMEDIC_NODE_NAME: options.node,
    PATHMEDIC_POD_NAMESPACE: 'pathmedic',
    PATHMEDIC_POD_NAME: `agent-${options.node}`,
    PATHMEDIC_POD_UID: `uid-${options.node}`,
    PATHMEDIC_COORDINATOR_URLS: options.coordinator.url,
    PATHMEDIC_TOKEN_FILE: join(directory, 'token'),
    PATHMEDIC_BIND_ADDRESS: options.address,
    PATHMEDIC_ALLOWED_CIDRS: '127.0.0.0/8',
    PATHMEDIC_ALLOWED_PORTS: '1-65535',
    PATHMEDIC_MAX_PROBES_PER_SECOND: '100',
    PATHMEDIC_LISTEN_TCP: '0',
    PATHMEDIC_LISTEN_UDP: '0',
    PATHMEDIC_LISTEN_HTTP: '0',
    PATHMEDIC_LISTEN_RESTRICTED: '0',
    PATHMEDIC_LISTEN_METRICS: '0',
    ...options.env,
  });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const agent = createAgent(loaded.config, { logger: silentLogger(), version: '0.0.0-test' });
  const addresses = await agent.start();
  return {
    address: options.address,
    addresses,
    metricsUrl: `http://${options.address}:${addresses.metricsPort}`,
    directory,
    async stop() {
      await agent.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Resolves when `condition` holds; rejects after `boundMs`. Looked at each 10 ms. */
export async function until(condition: () => boolean | Promise<boolean>, boundMs = 15_000): Promise<void> {
  const startedMs = performance.now();
  while (!(await condition())) {
    if (performance.now() - startedMs > boundMs) throw new Error(`not within ${boundMs} ms`);
    await pause(10);
  }
}
