import { describe, expect, it } from 'vitest';
import { Escalation } from '../domain/proposal.ts';
import { node, pod } from '../facts/record-builders.fixture.ts';
import { diagnose, remedyFor } from './diagnose.ts';
import { cluster, situation, symptom } from './situation.fixture.ts';

const ranges = (...podCIDRs: string[]) =>
  podCIDRs.map((range, at) => node(`node${at + 1}`, { podCIDRs: [range] }));
const idsOf = (nodes: ReturnType<typeof ranges>): string[] =>
  diagnose(situation({ facts: cluster({ nodes }) })).causes.map(({ id }) => id);

describe('ipam-conflict-or-overlap', () => {
  it('is certain where two nodes have one range, and is left to the cluster owners', () => {
    const at = situation({
      facts: cluster({ nodes: ranges('10.244.1.0/24', '10.244.3.0/24', '10.244.3.0/24') }),
      symptoms: [
        symptom({
          component: 'cni-ingress:node3',
          scope: { type: 'nodes', nodes: ['node3'] },
          affected: { nodes: ['node3'], namespaces: [], objects: [] },
        }),
      ],
    });
    const [cause] = diagnose(at).causes;
    expect(cause).toMatchObject({ id: 'ipam-conflict-or-overlap', confidence: 'high' });
    expect(cause?.summary).toContain('node2 and node3 have the same pod range 10.244.3.0/24');
    const remedy = cause === undefined ? null : remedyFor(at, cause);
    expect(remedy?.type).toBe('escalate');
    if (remedy?.type === 'escalate') expect(() => Escalation.parse(remedy.escalation)).not.toThrow();
  });

  it('sees a range within another one, and none where they only touch', () => {
    expect(idsOf(ranges('10.244.0.0/16', '10.244.3.0/24', '10.245.0.0/24'))[0]).toBe(
      'ipam-conflict-or-overlap',
    );
    expect(idsOf(ranges('10.244.1.0/24', '10.244.2.0/24', '10.244.3.0/24'))).toEqual(['other']);
    expect(idsOf(ranges('fd00:1::/64', 'fd00:2::/64', '10.244.3.0/24'))).toEqual(['other']);
  });

  it('sees two running pods with one address, and no finished ones', () => {
    const two = (phase: 'Running' | 'Succeeded') => [
      ...cluster().pods,
      pod('web-a', 'app', { nodeName: 'node1', ips: ['10.244.1.77'] }),
      pod('web-b', 'app', { nodeName: 'node2', ips: ['10.244.1.77'], phase }),
    ];
    const top = (phase: 'Running' | 'Succeeded') =>
      diagnose(situation({ facts: cluster({ pods: two(phase) }) })).causes[0];
    expect(top('Running')).toMatchObject({
      id: 'ipam-conflict-or-overlap',
      summary: 'Two running pods each hold address 10.244.1.77 (app/web-a, app/web-b).',
    });
    expect(top('Succeeded')?.id).toBe('other');
  });
});
