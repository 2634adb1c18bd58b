import { describe, expect, it } from 'vitest';
import type { PathWindow, Report } from '@pathmedic/shared/contract/report.ts';
import { renderAgentPlan } from './agent-plan.ts';
import { createChecks } from './checks.ts';
import { agentPod, healthyCluster, withPods } from './cluster.fixture.ts';
import { createIngest } from './ingest.ts';
import type { NetworkPlan } from './plan.ts';
import { buildPlan } from './plan.ts';
import { defaultPlanConfig, defaultSettings } from './settings.ts';

const config = { ...defaultPlanConfig, keys: [{ id: 'k1', secret: 'x'.repeat(32) }] };
const plan = buildPlan(healthyCluster(3), config);
const podUid = 'agent-pod-node1-1';
const pathId = 'pod|tcp|node1/pod|node2/pod';

function versionOf(of: NetworkPlan): string {
  const agent = of.agents.find((one) => one.podUid === podUid);
  if (agent === undefined) throw new Error('no such agent');
  return renderAgentPlan(agent, of, [], config).version;
}

function fresh() {
  const ingest = createIngest(defaultSettings, createChecks());
  ingest.issued(podUid, versionOf(plan), plan);
  return ingest;
}

function window(over: Partial<PathWindow> = {}): PathWindow {
  return { pathId, sent: 3, ok: 3, failures: {}, samples: [], ...over };
}

function report(seq: number, over: Partial<Report> = {}): Report {
  return {
    schema: 1,
    agent: {
      node: 'node1',
      mode: 'pod',
      namespace: 'pathmedic',
      podName: 'agent',
      podUid,
      bootId: 'boot-0001',
    },
    seq,
    planVersion: versionOf(plan),
    windowStartedAtMs: 0,
    windowMs: 5000,
    paths: [window()],
    checks: [],
    droppedWindows: 0,
    ...over,
  };
}

function samples(ingest: ReturnType<typeof fresh>) {
  return ingest.histories().get(pathId)?.samples ?? [];
}

describe('ingest', () => {
  it('keeps each window once, in order of receipt, and only so many', () => {
    const ingest = fresh();
    expect(ingest.receive(report(1), plan, 1000)).toBe('accepted');
    expect(ingest.receive(report(1), plan, 1100)).toBe('duplicate');
    expect(ingest.receive(report(3), plan, 2000)).toBe('accepted');
    // From the spool, after the newer one: history, not news.
    expect(ingest.receive(report(2), plan, 2100)).toBe('late');
    expect(samples(ingest).map(({ receivedMs }) => receivedMs)).toEqual([1000, 2000]);
    for (let seq = 4; seq < 40; seq++) ingest.receive(report(seq), plan, seq * 1000);
    expect(samples(ingest)).toHaveLength(defaultSettings.keepWindows);
  });

  it('takes a restarted agent as new, and nothing more of its earlier life', () => {
    const ingest = fresh();
    ingest.receive(report(50), plan, 1000);
    const reborn = { ...report(0).agent, bootId: 'boot-0002' };
    expect(ingest.receive(report(0, { agent: reborn }), plan, 2000)).toBe('accepted');
    expect(samples(ingest)).toHaveLength(1);
    expect(ingest.receive(report(1, { agent: reborn }), plan, 3000)).toBe('accepted');
    expect(ingest.receive(report(51), plan, 4000)).toBe('late');
    expect(samples(ingest).map(({ receivedMs }) => receivedMs)).toEqual([1000, 3000]);
  });

  it('does not judge impaired windows, nor an agent that fails by itself', () => {
    const ingest = fresh();
    ingest.receive(report(1, { impaired: 'event loop lagged 900 ms' }), plan, 1000);
    expect(samples(ingest)).toEqual([]);
    expect(ingest.agents().get(podUid)?.impaired).toBe('event loop lagged 900 ms');
    const broken = window({ sent: 3, ok: 0, failures: { 'local-error': 3 } });
    ingest.receive(report(2, { paths: [broken] }), plan, 2000);
    expect(samples(ingest)).toEqual([]);
    expect(ingest.agents().get(podUid)?.impaired).toMatch(/3 of 3 probes ended for reasons of the agent/);
  });

  it('leaves single local errors out of the counts', () => {
    const ingest = fresh();
    const mixed = window({ sent: 5, ok: 3, failures: { 'local-error': 1, timeout: 1 } });
    ingest.receive(report(1, { paths: [mixed] }), plan, 1000);
    expect(samples(ingest)[0]).toMatchObject({ sent: 4, lost: 1, failures: new Map([['timeout', 1]]) });
  });

  it('does not judge probes to a pod that has been replaced, nor the window of the switch', () => {
    const replaced = withPods(healthyCluster(3), (pod) =>
      pod.meta.name === 'agent-pod-node2-1' ? agentPod('agent-pod', 'node2', 2) : pod,
    );
    const next = buildPlan(replaced, config);
    const ingest = fresh();
    ingest.receive(report(1), plan, 1000);
    const lost = [window({ ok: 0, failures: { 'wrong-identity': 3 } })];
    // Still probing the old pod, by the old plan.
    ingest.receive(report(2, { paths: lost }), next, 2000);
    ingest.issued(podUid, versionOf(next), next);
    // The window in which the plan changed holds some of each.
    ingest.receive(report(3, { planVersion: versionOf(next), paths: lost }), next, 3000);
    ingest.receive(report(4, { planVersion: versionOf(next) }), next, 4000);
    expect(samples(ingest).map(({ receivedMs, lost: n }) => [receivedMs, n])).toEqual([[4000, 0]]);
    // An unaffected path was judged all the time.
    const other = { ...window(), pathId: 'pod|tcp|node1/pod|node3/pod' };
    ingest.receive(report(5, { planVersion: versionOf(next), paths: [other] }), next, 5000);
    expect(ingest.histories().get(other.pathId)?.samples).toHaveLength(1);
  });

  it('believes an agent only about its own paths, and only with a plan that it was given', () => {
    const ingest = fresh();
    const foreign = window({ pathId: 'pod|tcp|node3/pod|node2/pod', ok: 0, failures: { timeout: 3 } });
    ingest.receive(report(1, { paths: [foreign] }), plan, 1000);
    ingest.receive(report(2, { planVersion: 'made-up' }), plan, 2000);
    expect(ingest.histories().size).toBe(0);
    const stranger = { ...report(3).agent, podUid: 'someone-else' };
    expect(ingest.receive(report(3, { agent: stranger }), plan, 3000)).toBe('not-planned');
  });

  it('forgets what left the plan', () => {
    const ingest = fresh();
    ingest.receive(report(1), plan, 1000);
    const without = withPods(healthyCluster(3), (pod) => (pod.nodeName === 'node2' ? null : pod));
    ingest.prune(buildPlan(without, config));
    expect(ingest.histories().has(pathId)).toBe(false);
    expect(ingest.agents().has(podUid)).toBe(true);
  });

  it('keeps the last word of each host agent, and of no other', () => {
    const ingest = fresh();
    const reading = {
      ipForward: true,
      bridgeNetfilter: null,
      interfaces: [],
      routes: null,
      conntrack: null,
      neighbours: null,
      kubeProxy: null,
    };
    const agent = { ...report(0).agent, mode: 'host' as const, podUid: 'agent-host-node1-1' };
    ingest.receive(report(1, { agent, host: reading }), plan, 1000);
    const before = ingest.hosts();
    ingest.receive(report(2, { agent }), plan, 2000);
    expect(ingest.hosts()).toBe(before);
    ingest.receive(report(3, { agent, host: { ...reading, ipForward: false } }), plan, 3000);
    ingest.receive(report(1, { host: reading }), plan, 3000);
    expect(ingest.hosts()).toEqual([{ ...reading, ipForward: false, node: 'node1', receivedMs: 3000 }]);
    const gone = withPods(healthyCluster(3), (pod) => (pod.meta.uid === agent.podUid ? null : pod));
    ingest.prune(buildPlan(gone, config));
    expect(ingest.hosts()).toEqual([]);
  });

  it('counts on a path with large packets only what is lost for its size', () => {
    const annotations = { 'pathmedic.io/probes': 'mtu' };
    const able = withPods(healthyCluster(3), (pod) => ({ ...pod, meta: { ...pod.meta, annotations } }));
    const wide = buildPlan(able, config);
    const ingest = createIngest(defaultSettings, createChecks());
    ingest.issued(podUid, versionOf(wide), wide);
    const id = 'mtu|udp|node1/pod|node2/pod';
    const tell = (seq: number, ok: number, failures: PathWindow['failures'], sent: number): void => {
      const paths = [window({ pathId: id, sent, ok, failures })];
      ingest.receive(report(seq, { planVersion: versionOf(wide), paths }), wide, seq * 1000);
    };
    tell(1, 1, { 'large-lost': 1, timeout: 2, 'local-error': 1 }, 5);
    expect(ingest.histories().get(id)?.samples).toMatchObject([{ sent: 2, lost: 1 }]);
    tell(2, 0, { 'local-error': 1 }, 1);
    expect(ingest.histories().get(id)?.samples).toHaveLength(1);
    // Small packets are lost as well: nothing is known of large ones any more.
    tell(3, 0, { timeout: 1 }, 1);
    expect(ingest.histories().has(id)).toBe(false);
  });
});
