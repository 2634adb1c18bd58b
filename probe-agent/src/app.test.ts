import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { AgentPlan } from '@pathmedic/shared/contract/plan.ts';
import {
  agentPlan,
  keyedProbe,
  startAgentUnderTest,
  startFakeCoordinator,
  testToken,
  until,
} from '../test/support/agent-bench.ts';
import type { AgentUnderTest, FakeCoordinator } from '../test/support/agent-bench.ts';

interface Bench {
  startCoordinator(): Promise<FakeCoordinator>;
  startAgent(options: AgentOptions): Promise<AgentUnderTest>;
}
type AgentOptions = Omit<Parameters<typeof startAgentUnderTest>[0], 'address'> & { address?: string };

let addressesUsed = 0;
/** Tests run side by side: each agent gets an address of its own. */
function nextAddress(): string {
  addressesUsed += 1;
  return `127.0.1.${addressesUsed}`;
}

const it = test.extend<{ lab: Bench }>({
  // oxlint-disable-next-line no-empty-pattern -- Vitest reads a fixture's dependencies off this pattern.
  lab: async ({}, use) => {
    const closers: (() => Promise<void>)[] = [];
    await use({
      async startCoordinator() {
        const coordinator = await startFakeCoordinator();
        closers.push(() => coordinator.close());
        return coordinator;
      },
      async startAgent(options) {
        const agent = await startAgentUnderTest({ address: nextAddress(), ...options });
        let stopped: Promise<void> | null = null;
        const stop = (): Promise<void> => (stopped ??= agent.stop());
        closers.push(stop);
        return { ...agent, stop };
      },
    });
    for (const close of closers.toReversed()) await close();
  },
});

function checkPlan(address: string, port: number, count: number): AgentPlan {
  const probe = keyedProbe('pod|udp|a|a', 'udp', address, port, 'uid-node-a');
  return agentPlan('node-a', [], [{ nonce: 'nonce-of-pass-1', count, spreadMs: 100, probes: [probe] }]);
}

describe.concurrent('a running agent', { timeout: 30_000 }, () => {
  it('two agents probe each other over every protocol and report what they saw', async ({ lab }) => {
    const coordinator = await lab.startCoordinator();
    await lab.startAgent({ node: 'node-a', coordinator });
    const b = await lab.startAgent({ node: 'node-b', coordinator });
    const to = b.addresses.responder;
    coordinator.setPlan(agentPlan('node-b', []));
    await until(() =>
      coordinator.reports.some((report) => report.agent.node === 'node-b' && report.planVersion !== ''),
    );
    coordinator.setPlan(
      agentPlan('node-a', [
        keyedProbe('pod|tcp|node-a/pod|node-b/pod', 'tcp', b.address, to.tcp, 'uid-node-b'),
        keyedProbe('pod|udp|node-a/pod|node-b/pod', 'udp', b.address, to.udp, 'uid-node-b'),
        keyedProbe('pod|http|node-a/pod|node-b/pod', 'http', b.address, to.http, 'uid-node-b'),
        keyedProbe('pod|tcp|node-a/pod|node-x/pod', 'tcp', b.address, to.tcp, 'uid-somebody-else'),
      ]),
    );
    await until(() => {
      const counts = [...coordinator.countsOf('node-a').values()];
      return counts.length === 4 && counts.every((count) => count.sent >= 3);
    });
    for (const [pathId, count] of coordinator.countsOf('node-a')) {
      if (pathId.endsWith('node-b/pod')) expect(count.ok).toBe(count.sent);
      else expect(count.failures.get('wrong-identity')).toBe(count.sent);
    }
  });

  it('a target that goes away is seen as refused in the next windows', async ({ lab }) => {
    const coordinator = await lab.startCoordinator();
    await lab.startAgent({ node: 'node-a', coordinator });
    const b = await lab.startAgent({ node: 'node-b', coordinator });
    coordinator.setPlan(agentPlan('node-b', []));
    const port = b.addresses.responder.tcp;
    coordinator.setPlan(
      agentPlan('node-a', [keyedProbe('pod|tcp|a|b', 'tcp', b.address, port, 'uid-node-b')]),
    );
    await until(() => (coordinator.countsOf('node-a').get('pod|tcp|a|b')?.ok ?? 0) > 0);
    await b.stop();
    await until(() => (coordinator.countsOf('node-a').get('pod|tcp|a|b')?.failures.get('refused') ?? 0) > 0);
  });

  it('a check is answered with its nonce and all of its probes, until the plan no longer asks', async ({
    lab,
  }) => {
    const coordinator = await lab.startCoordinator();
    const a = await lab.startAgent({ node: 'node-a', coordinator });
    coordinator.setPlan(checkPlan(a.address, a.addresses.responder.udp, 4));
    const results = () => coordinator.reports.flatMap((report) => report.checks);
    await until(() => results().length >= 2);
    for (const result of results()) {
      expect(result).toMatchObject({ nonce: 'nonce-of-pass-1', pathId: 'pod|udp|a|a', sent: 4, ok: 4 });
    }
    const after = agentPlan('node-a', []);
    coordinator.setPlan(after);
    await until(() => coordinator.reports.at(-1)?.planVersion === after.version);
    expect(coordinator.reports.at(-1)?.checks).toEqual([]);
  });

  it('an agent without a plan reports that it is alive', async ({ lab }) => {
    const coordinator = await lab.startCoordinator();
    await lab.startAgent({ node: 'node-a', coordinator });
    await until(() => coordinator.reports.length > 0);
    expect(coordinator.reports[0]).toMatchObject({
      planVersion: '',
      seq: 0,
      paths: [],
      agent: { node: 'node-a' },
    });
  });

  it('reports kept during an outage arrive afterwards, the newest first', async ({ lab }) => {
    const coordinator = await lab.startCoordinator();
    const a = await lab.startAgent({ node: 'node-a', coordinator });
    coordinator.setPlan(agentPlan('node-a', []));
    await until(() => coordinator.reports.length > 0);
    const attempts = () => coordinator.requests.filter((request) => request.path === '/v1/reports').length;
    coordinator.answerReportsWith({ status: 503, headers: { 'retry-after': '1' } });
    const before = coordinator.reports.length;
    const tried = attempts();
    await until(() => attempts() >= tried + 2);
    coordinator.answerReportsWith(null);
    const late = () => coordinator.reports.slice(before).map((report) => report.seq);
    await until(() => late().includes(before) && late().includes(before + 1));
    expect(late()[0]).toBeGreaterThan(before + 1);
    expect(late().indexOf(before)).toBeGreaterThan(late().indexOf(before + 1));
    const all = coordinator.reports.map((report) => report.seq);
    expect(new Set(all).size).toBe(all.length);
    const metrics = await (await fetch(`${a.metricsUrl}/metrics`)).text();
    expect(metrics).toMatch(/pathmedic_agent_reports_total\{result="shed".*\} [1-9]/);
  });

  it('a report the coordinator refuses for good is given up, and the next one is sent', async ({ lab }) => {
    const coordinator = await lab.startCoordinator();
    await lab.startAgent({ node: 'node-a', coordinator });
    coordinator.setPlan(agentPlan('node-a', []));
    coordinator.answerReportsWith({ status: 422, body: { code: 'INVALID_REQUEST' } });
    await until(() => coordinator.requests.some((request) => request.path === '/v1/reports'));
    coordinator.answerReportsWith(null);
    await until(() => coordinator.reports.length > 1);
    expect(coordinator.reports.some((report) => report.seq === 0)).toBe(false);
  });

  it('another replica leads: the report goes there, and so do the following ones', async ({ lab }) => {
    const follower = await lab.startCoordinator();
    const leader = await lab.startCoordinator();
    await lab.startAgent({ node: 'node-a', coordinator: follower });
    follower.setPlan(agentPlan('node-a', []));
    leader.setPlan(agentPlan('node-a', []));
    follower.answerReportsWith({ status: 421, body: { leader: `${leader.url}/` } });
    await until(() => leader.reports.length >= 3);
    expect(follower.requests.filter((request) => request.path === '/v1/reports')).toHaveLength(1);
    await leader.close();
    follower.answerReportsWith(null);
    await until(() => follower.reports.length > 0);
  });

  it('a rotated token is used at once', async ({ lab }) => {
    const coordinator = await lab.startCoordinator();
    const a = await lab.startAgent({ node: 'node-a', coordinator });
    writeFileSync(join(a.directory, 'token'), 'expired');
    coordinator.setPlan(agentPlan('node-a', []));
    await until(() => coordinator.requests.some((request) => request.authorization === 'Bearer expired'));
    writeFileSync(join(a.directory, 'token'), testToken);
    await until(() => coordinator.reports.length > 0);
  });

  it('an agent that starts while the coordinator is away runs its cached plan', async ({ lab }) => {
    const coordinator = await lab.startCoordinator();
    const first = await lab.startAgent({ node: 'node-a', coordinator });
    const cache = join(first.directory, 'plan.json');
    const env = { PATHMEDIC_PLAN_CACHE: cache };
    const second = await lab.startAgent({ node: 'node-b', coordinator, env });
    const target = first.addresses.responder.tcp;
    coordinator.setPlan(agentPlan('node-a', []));
    coordinator.setPlan(
      agentPlan('node-b', [keyedProbe('pod|tcp|b|a', 'tcp', first.address, target, 'uid-node-a')]),
    );
    await until(() => coordinator.countsOf('node-b').size > 0);
    await second.stop();
    expect(statSync(cache).mode & 0o077).toBe(0);
    expect(readFileSync(cache, 'utf8')).toContain('pod|tcp|b|a');

    const away = { url: 'http://127.0.0.1:9' };
    const third = await lab.startAgent({ node: 'node-b', coordinator: away, env });
    const probed = /pathmedic_agent_probes_total\{kind="pod",protocol="tcp",outcome="ok".*\} [1-9]/;
    await until(async () => probed.test(await (await fetch(`${third.metricsUrl}/metrics`)).text()));
  });

  it('probes outside the local limits are not made; the rest of the plan runs', async ({ lab }) => {
    const coordinator = await lab.startCoordinator();
    const address = nextAddress();
    const env = { PATHMEDIC_ALLOWED_CIDRS: `${address}/32` };
    const a = await lab.startAgent({ node: 'node-a', coordinator, env, address });
    const port = a.addresses.responder.tcp;
    coordinator.setPlan(
      agentPlan('node-a', [
        keyedProbe('pod|tcp|a|a', 'tcp', address, port, 'uid-node-a'),
        keyedProbe('pod|tcp|a|elsewhere', 'tcp', '127.0.0.1', port, null),
        keyedProbe('pod|tcp|a|metadata', 'tcp', '169.254.169.254', port, null),
      ]),
    );
    await until(() => (coordinator.countsOf('node-a').get('pod|tcp|a|a')?.ok ?? 0) > 0);
    expect([...coordinator.countsOf('node-a').keys()]).toEqual(['pod|tcp|a|a']);
  });

  it('health is local: ready without a coordinator, and unknown paths are 404', async ({ lab }) => {
    const away = { url: 'http://127.0.0.1:9' };
    const a = await lab.startAgent({ node: 'node-a', coordinator: away });
    const status = async (path: string): Promise<number> => (await fetch(a.metricsUrl + path)).status;
    expect([
      await status('/livez'),
      await status('/readyz'),
      await status('/metrics'),
      await status('/x'),
    ]).toEqual([200, 200, 200, 404]);
  });
});
