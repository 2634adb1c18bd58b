import { describe, expect, it } from 'vitest';
import { namespace, networkPolicy, node, pod, podOf } from '../facts/record-builders.fixture.ts';
import { diagnose } from './diagnose.ts';
import { cluster, network, situation } from './situation.fixture.ts';

describe('a large cluster', () => {
  it('is diagnosed in well under the seconds that sensing can spare', () => {
    const base = cluster();
    const [agent] = base.daemonSets;
    if (agent === undefined) throw new Error('fixture');
    const nodes = Array.from({ length: 1000 }, (_, i) =>
      node(`n${i}`, { podCIDRs: [`10.${i >> 8}.${i & 255}.0/24`] }),
    );
    const namespaces = Array.from({ length: 300 }, (_, i) => namespace(`ns${i}`));
    const workload = Array.from({ length: 30_000 }, (_, i) =>
      pod(`p${i}`, `ns${i % 300}`, { nodeName: `n${i % 1000}`, ips: [`10.0.0.${i % 250}`] }),
    );
    const policies = namespaces.map(({ meta }) =>
      networkPolicy('p', meta.name, { podSelector: {}, policyTypes: ['Egress'] }),
    );
    const facts = {
      ...base,
      nodes: [...base.nodes, ...nodes],
      namespaces: [...base.namespaces, ...namespaces],
      pods: [...base.pods, ...nodes.map(({ meta }) => podOf(agent, meta.name)), ...workload],
      networkPolicies: policies,
    };
    // Of this thread alone: a busy machine says nothing about the code.
    const before = process.threadCpuUsage();
    diagnose(situation({ facts, network: network() }));
    const { user, system } = process.threadCpuUsage(before);
    // About 0.5 s; a quadratic step anywhere makes it 4 s and more.
    expect((user + system) / 1000).toBeLessThan(2500);
  }, 30_000);
});
