import { describe, expect, it } from 'vitest';
import type { PathState } from '../domain/network.ts';
import { pathId, type PathTarget } from '../domain/path.ts';
import { Escalation } from '../domain/proposal.ts';
import type { Situation } from '../facts/cluster-facts.ts';
import { daemonSet, event, node, pod, podOf } from '../facts/record-builders.fixture.ts';
import { diagnose, remedyFor } from './diagnose.ts';
import { cluster, dnsPods, network, situation, symptom, T0 } from './situation.fixture.ts';

const nodes = ['node1', 'node2', 'node3'];
const agent = daemonSet('kube-flannel-ds', 'kube-flannel');
const agents = nodes.map((name) => podOf(agent, name));

function blamed(component: string, ...on: string[]) {
  const [from = '', to = ''] = on;
  return symptom({
    component,
    scope: on.length === 2 ? { type: 'pair', from, to } : { type: 'nodes', nodes: on },
    affected: { nodes: on, namespaces: [], objects: [] },
  });
}

function top(at: Situation) {
  const diagnosis = diagnose(at);
  const [cause] = diagnosis.causes;
  if (cause === undefined) throw new Error('no cause at all');
  const remedy = remedyFor(at, cause);
  if (remedy?.type === 'escalate') expect(() => Escalation.parse(remedy.escalation)).not.toThrow();
  return { cause, remedy, diagnosis };
}

/** A Service asked from the pod of each node. */
function servicePaths(fails: (from: string) => boolean): PathState[] {
  return nodes.map((from) => {
    const to: PathTarget = {
      type: 'service',
      namespace: 'pathmedic',
      name: 'reflector',
      address: '10.96.0.20',
      port: 80,
      backend: null,
    };
    const path = {
      from: { node: from, mode: 'pod', namespace: 'pathmedic' },
      kind: 'service',
      protocol: 'tcp',
      to,
    } as const;
    const failing = fails(from);
    return {
      path: { ...path, id: pathId(path) },
      state: failing ? 'failing' : 'healthy',
      sent: 12,
      lost: failing ? 12 : 0,
      failures: failing ? [{ outcome: 'timeout', count: 12 }] : [],
      sinceMs: T0,
      lastReportMs: T0 + 9000,
    };
  });
}

describe('pod traffic that is lost between nodes which reach each other', () => {
  it('of one pair: a route is likeliest, people are told where to look, and nothing is proposed', () => {
    const between = (from: string, to: string): boolean => from !== 'node1' && to !== 'node1';
    const { cause, remedy } = top(
      situation({
        facts: cluster({ pods: [...agents, ...dnsPods()] }, agent),
        network: network({ pod: between }),
        symptoms: [blamed('overlay:node2>node3', 'node2', 'node3')],
      }),
    );
    expect(cause).toMatchObject({ id: 'route-missing-or-wrong', confidence: 'medium' });
    expect(cause.for[0]?.text).toBe(
      'pod network between node2 and node3: 0 of 24 probes answered; node network there: 24 of 24 probes answered',
    );
    expect(remedy?.type).toBe('escalate');
  });

  it('of a whole node: its encapsulation is blocked, not its routes', () => {
    const at = situation({
      facts: cluster({ pods: [...agents, ...dnsPods()] }, agent),
      network: network({ pod: (from, to) => from === 'node2' || to === 'node2' }),
      symptoms: [blamed('cni-egress:node2', 'node2')],
    });
    const { cause, remedy } = top(at);
    expect(cause).toMatchObject({ id: 'overlay-blocked', confidence: 'medium' });
    expect(cause.summary).toContain('VXLAN (UDP 8472) is lost between node2 and other nodes');
    expect(remedy).toMatchObject({ type: 'escalate', escalation: { cause: 'overlay-blocked' } });
  });

  it('is not said of nodes that cannot reach each other at all', () => {
    const cut = (from: string, to: string): boolean => from === 'node2' || to === 'node2';
    const { diagnosis } = top(
      situation({
        network: network({ pod: cut, node: cut }),
        symptoms: [blamed('cni-egress:node2', 'node2')],
      }),
    );
    expect(diagnosis.causes.map(({ id }) => id)).not.toContain('overlay-blocked');
  });
});

describe('kube-proxy-broken', () => {
  const proxy = daemonSet('kube-proxy', 'kube-system', {
    template: { nodeSelector: { proxy: 'yes' } },
    meta: {
      writes: [
        {
          manager: 'kubectl-patch',
          operation: 'Update',
          atMs: T0 - 9000,
          fields: ['spec.template.spec.nodeSelector.proxy'],
        },
      ],
    },
  });
  const services = (fails: (from: string) => boolean) => {
    const seen = network({ dns: ({ node: from }, server) => server === 'vip' && fails(from) });
    return { ...seen, paths: [...seen.paths, ...servicePaths(fails)] };
  };
  const only = (name: string) => (from: string) => from === name;

  it('names the selector that keeps it off the node and removes just that', () => {
    const facts = cluster(
      {
        nodes: nodes.map((name) => node(name, { labels: name === 'node2' ? {} : { proxy: 'yes' } })),
        daemonSets: [agent, proxy],
        pods: [...agents, ...dnsPods(), podOf(proxy, 'node1'), podOf(proxy, 'node3')],
      },
      agent,
    );
    const { cause, remedy } = top(
      situation({
        facts,
        network: services(only('node2')),
        symptoms: [blamed('service-proxy:node2', 'node2')],
      }),
    );
    expect(cause).toMatchObject({ id: 'kube-proxy-broken', confidence: 'high' });
    expect(cause.summary).toContain('kube-proxy does not run on node2');
    expect(remedy).toMatchObject({
      type: 'plan',
      actions: [
        {
          type: 'patch-daemonset-node-selector',
          target: { kind: 'DaemonSet', name: 'kube-proxy' },
          params: { removeKeys: ['proxy'] },
        },
      ],
    });
  });

  it('that is gone while its rules still lead right is put back before they do not', () => {
    const facts = cluster(
      {
        nodes: nodes.map((name) => node(name, { labels: name === 'node2' ? {} : { proxy: 'yes' } })),
        daemonSets: [agent, proxy],
        pods: [...agents, ...dnsPods(), podOf(proxy, 'node1'), podOf(proxy, 'node3')],
      },
      agent,
    );
    const gone = symptom({
      kind: 'cni-agents',
      scope: { type: 'nodes', nodes: ['node2'] },
      affected: { nodes: ['node2'], namespaces: [], objects: [] },
    });
    const { cause, remedy } = top(situation({ facts, network: services(() => false), symptoms: [gone] }));
    expect(cause).toMatchObject({ id: 'kube-proxy-broken', confidence: 'medium' });
    expect(remedy?.type).toBe('plan');
  });

  it('that runs by its own word: people are asked, with what to look at on that node', () => {
    const running = daemonSet('kube-proxy', 'kube-system');
    const facts = cluster(
      {
        daemonSets: [agent, running],
        pods: [...agents, ...dnsPods(), ...nodes.map((name) => podOf(running, name))],
      },
      agent,
    );
    const { cause, remedy } = top(
      situation({
        facts,
        network: services(only('node2')),
        symptoms: [blamed('service-proxy:node2', 'node2')],
      }),
    );
    expect(cause).toMatchObject({ id: 'kube-proxy-broken', confidence: 'medium' });
    expect(remedy).toMatchObject({ type: 'escalate' });
  });

  it('is not blamed where pods are out of reach by their own address too', () => {
    const seen = network({ pod: (from, to) => from === 'node2' || to === 'node2' });
    const { diagnosis } = top(
      situation({
        facts: cluster({ pods: [...agents, ...dnsPods()] }, agent),
        network: { ...seen, paths: [...seen.paths, ...servicePaths(only('node2'))] },
        symptoms: [blamed('cni-egress:node2', 'node2'), blamed('service-proxy:node2', 'node2')],
      }),
    );
    expect(diagnosis.causes[0]?.id).toBe('overlay-blocked');
    expect(diagnosis.causes.find(({ id }) => id === 'kube-proxy-broken')?.confidence).toBe('low');
  });
});

describe('events of another time or place', () => {
  const notReady = (lastMs: number, on: string) =>
    event(
      'NetworkNotReady',
      'container runtime network not ready: cni plugin not initialized',
      { kind: 'Pod', namespace: 'app', name: 'web' },
      { node: on, firstMs: lastMs, lastMs },
    );
  const causesWith = (lastMs: number, on: string, ready = false): string[] =>
    diagnose(
      situation({
        facts: cluster(
          {
            events: [notReady(lastMs, on)],
            pods: [...agents, ...dnsPods(), pod('web', 'app', { nodeName: on, ready })],
          },
          agent,
        ),
        symptoms: [blamed('service-proxy:node2', 'node2')],
      }),
    ).causes.map(({ id }) => id);

  it('say nothing about this trouble', () => {
    expect(causesWith(T0 + 1000, 'node2')).toContain('cni-not-initialized');
    expect(causesWith(T0 - 40 * 60_000, 'node2')).not.toContain('cni-not-initialized');
    expect(causesWith(T0 + 1000, 'node3')).not.toContain('cni-not-initialized');
    expect(causesWith(T0 + 1000, 'node2', true)).not.toContain('cni-not-initialized');
  });
});
