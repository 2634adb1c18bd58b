import { describe, expect, it } from 'vitest';
import type { NetworkSnapshot } from '../domain/network.ts';
import { Escalation } from '../domain/proposal.ts';
import type { Situation } from '../facts/cluster-facts.ts';
import { daemonSet, node, podOf } from '../facts/record-builders.fixture.ts';
import type { Condition } from '../facts/records.ts';
import { diagnose, remedyFor } from './diagnose.ts';
import { cluster, dnsPods, network, situation, symptom, T0 } from './situation.fixture.ts';

const names = ['node1', 'node2', 'node3'];
const agent = daemonSet('kube-flannel-ds', 'kube-flannel');
/** As the node lifecycle controller writes it. */
const silent: Condition = {
  type: 'Ready',
  status: 'Unknown',
  reason: 'NodeStatusUnknown',
  message: 'Kubelet stopped posting node status.',
  sinceMs: T0 - 90_000,
};
const onNode2 = symptom({
  kind: 'node-network',
  key: 'node-not-ready:node2',
  scope: { type: 'nodes', nodes: ['node2'] },
  affected: { nodes: ['node2'], namespaces: [], objects: [] },
});

function at(condition: Condition, seen: NetworkSnapshot): Situation {
  const nodes = names.map((name) =>
    name === 'node2' ? node(name, { conditions: [condition] }) : node(name),
  );
  // The controller marks the pods of such a node as not ready.
  const agents = names.map((name) => podOf(agent, name, { ready: name !== 'node2' }));
  return situation({
    facts: cluster({ nodes, pods: [...agents, ...dnsPods()] }, agent),
    network: seen,
    symptoms: [onNode2],
  });
}

function reporting(seen: NetworkSnapshot, ...silentNodes: string[]): NetworkSnapshot {
  return {
    ...seen,
    agents: names.flatMap((name) =>
      ['host', 'pod'].map((mode) => ({
        node: name,
        mode,
        namespace: 'pathmedic',
        lastReportMs: silentNodes.includes(name) ? T0 - 80_000 : seen.atMs - 2000,
        impaired: null,
      })),
    ),
  };
}

function top(one: Situation) {
  const [cause] = diagnose(one).causes;
  if (cause === undefined) throw new Error('no cause');
  const remedy = remedyFor(one, cause);
  if (remedy?.type === 'escalate') expect(() => Escalation.parse(remedy.escalation)).not.toThrow();
  return { cause, remedy };
}

const cut = (from: string, to: string): boolean => from === 'node2' || to === 'node2';

describe('a node that is not ready', () => {
  it('whose agents still report has lost its kubelet, not its network: how to start it is told', () => {
    const { cause, remedy } = top(at(silent, reporting(network())));
    expect(cause).toMatchObject({ id: 'node-not-ready', confidence: 'high' });
    expect(cause.summary).toContain(
      'The kubelet of node2 has not reported for 1 min 40 s, while the machine still answers',
    );
    expect(remedy).toMatchObject({
      type: 'escalate',
      escalation: { options: expect.arrayContaining([expect.stringContaining('systemctl restart kubelet')]) },
    });
  });

  it('that nobody reaches is gone, whatever else fails with it', () => {
    const { cause, remedy } = top(at(silent, reporting(network({ pod: cut, node: cut }), 'node2')));
    expect(cause).toMatchObject({ id: 'node-not-ready', confidence: 'high' });
    expect(cause.summary).toContain('node2 is gone');
    expect(remedy).toMatchObject({ type: 'escalate', escalation: { title: 'node2 is gone' } });
  });

  it('because of its runtime or disk says what the kubelet says', () => {
    const ill: Condition = {
      ...silent,
      status: 'False',
      reason: 'KubeletNotReady',
      message: 'PLEG is not healthy: pleg was last seen active 4m0s ago; threshold is 3m0s',
    };
    expect(top(at(ill, reporting(network()))).cause.summary).toContain('PLEG is not healthy');
  });

  it('because of its network alone is no broken node', () => {
    const cni: Condition = {
      ...silent,
      status: 'False',
      reason: 'KubeletNotReady',
      message:
        'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized',
    };
    const { causes } = diagnose(at(cni, reporting(network())));
    expect(causes.map(({ id }) => id)).not.toContain('node-not-ready');
  });

  it('is not named first for trouble on another node', () => {
    const elsewhere = {
      ...at(silent, reporting(network())),
      symptoms: [
        symptom({
          scope: { type: 'nodes', nodes: ['node3'] },
          affected: { nodes: ['node3'], namespaces: [], objects: [] },
        }),
      ],
    };
    const { cause, remedy } = top(elsewhere);
    expect(cause.id).toBe('other');
    expect(remedy).toBeNull();
  });
});
