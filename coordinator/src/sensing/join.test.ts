import { describe, expect, it } from 'vitest';
import type { Scope, Symptom } from '../domain/symptom.ts';
import { joinSymptoms } from './join.ts';

function symptom(key: string, scope: Scope, over: Partial<Symptom> = {}): Symptom {
  return {
    kind: 'paths-failing',
    key,
    scope,
    component: null,
    headline: `headline of ${key}`,
    sinceMs: 1000,
    lines: [],
    affected: { nodes: scope.type === 'nodes' ? scope.nodes : [], namespaces: [], objects: [] },
    pathIds: [],
    lossRate: null,
    ...over,
  };
}

const onNode = (node: string, over: Partial<Symptom> = {}): Symptom =>
  symptom(`pod-network:${node}`, { type: 'nodes', nodes: [node] }, over);
const cniOn = (...nodes: string[]): Symptom =>
  symptom('cni-agents:flannel', { type: 'nodes', nodes }, { kind: 'cni-agents' });
const dns = symptom('dns', { type: 'dns' }, { pathIds: ['vip-1', 'vip-2', 'vip-3'] });
const dnsPods = (...nodes: string[]): Symptom =>
  symptom(
    'dns-pods',
    { type: 'dns' },
    { kind: 'dns-pods', affected: { nodes, namespaces: [], objects: [] } },
  );

function scopes(symptoms: Symptom[], nodeCount = 10): [string, string[]][] {
  return joinSymptoms(symptoms, [], nodeCount).fresh.map(({ scopeKey, symptoms: own }) => [
    scopeKey,
    own.map(({ key }) => key).toSorted(),
  ]);
}

describe('symptoms of one fault', () => {
  it('on one node are one scope, named by what is broken for whom', () => {
    const stuck = symptom('pods-stuck:node2', { type: 'nodes', nodes: ['node2'] }, { kind: 'pods-stuck' });
    const { fresh } = joinSymptoms([cniOn('node2'), stuck, onNode('node2')], [], 10);
    expect(fresh).toHaveLength(1);
    expect(fresh[0]).toMatchObject({ scopeKey: 'node:node2', title: 'headline of pod-network:node2' });
  });

  it('that a DaemonSet has in common on several nodes are one scope with an alias for each node', () => {
    const { fresh } = joinSymptoms([onNode('node2'), onNode('node7'), cniOn('node2', 'node7')], [], 10);
    expect(fresh.map(({ scopeKey, aliases }) => [scopeKey, aliases])).toEqual([
      ['node:node2', ['node:node7']],
    ]);
  });

  it('on many nodes at once are one, of the whole network when it is half of it', () => {
    const three = ['node1', 'node4', 'node6'].map((node) => onNode(node));
    expect(scopes(three, 20)[0]?.[0]).toBe('node:node1');
    expect(scopes(three, 5)).toHaveLength(1);
    expect(scopes(three, 5)[0]?.[0]).toBe('pod-network');
    expect(joinSymptoms(three, [], 5).fresh[0]?.title).toBe(
      'Pods on node1, node4 and node6 cannot reach pods on other nodes',
    );
  });

  it('of DNS are one, and follow the node where all unready DNS pods are', () => {
    expect(scopes([dns, dnsPods('node1', 'node2')])).toEqual([['dns', ['dns', 'dns-pods']]]);
    expect(scopes([onNode('node2'), dnsPods('node2')])).toEqual([
      ['node:node2', ['dns-pods', 'pod-network:node2']],
    ]);
  });
});

describe('two faults', () => {
  it.each([
    ['two nodes', [onNode('node2'), onNode('node7')], 2],
    ['a node and DNS with pods elsewhere', [onNode('node2'), dns, dnsPods('node1', 'node2')], 2],
    [
      'two namespaces',
      ['app', 'shop'].map((ns) => symptom(`namespace:${ns}`, { type: 'namespace', namespace: ns })),
      2,
    ],
    ['DNS and a namespace', [dns, symptom('namespace:app', { type: 'namespace', namespace: 'app' })], 2],
  ])('stay two: %s', (_, symptoms, count) => {
    expect(scopes(symptoms)).toHaveLength(count);
  });
});

describe('an open incident', () => {
  const incident = (id: string, openedAtMs: number, ...symptoms: Symptom[]) => ({ id, openedAtMs, symptoms });

  it('takes what shares a node, DNS or most of the paths with it', () => {
    const open = [incident('a', 1, onNode('node2')), incident('b', 2, dns)];
    const elsewise = symptom(
      'service-proxy:node9',
      { type: 'nodes', nodes: ['node9'] },
      { pathIds: ['vip-3'] },
    );
    const { assigned, fresh } = joinSymptoms([cniOn('node2'), elsewise, onNode('node5')], open, 10);
    expect([...assigned].map(([id, own]) => [id, own.map(({ key }) => key)])).toEqual([
      ['a', ['cni-agents:flannel']],
      ['b', ['service-proxy:node9']],
    ]);
    expect(fresh.map(({ scopeKey }) => scopeKey)).toEqual(['node:node5']);
  });

  it('keeps its own when a common cause joins two of them, and nothing new is opened', () => {
    const open = [incident('a', 1, onNode('node2')), incident('b', 2, onNode('node7'))];
    const { assigned, fresh } = joinSymptoms(
      [onNode('node2'), onNode('node7'), cniOn('node2', 'node7')],
      open,
      10,
    );
    expect(fresh).toEqual([]);
    expect(assigned.get('a')?.map(({ key }) => key)).toEqual(['pod-network:node2', 'cni-agents:flannel']);
    expect(assigned.get('b')?.map(({ key }) => key)).toEqual(['pod-network:node7']);
  });
});
