import { describe, expect, it } from 'vitest';
import type { PathState } from '../domain/network.ts';
import { pathId } from '../domain/path.ts';
import { Escalation } from '../domain/proposal.ts';
import { configMap } from '../facts/record-builders.fixture.ts';
import { diagnose, remedyFor } from './diagnose.ts';
import { cluster, COREFILE, log, network, situation, symptom, T0 } from './situation.fixture.ts';

const asked = symptom({ component: 'upstream:cluster', scope: { type: 'dns' }, pathIds: ['dns|a'] });

function outsidePaths(fails: boolean): PathState[] {
  return ['node1', 'node2', 'node3'].map((node) => {
    const path = {
      from: { node, mode: 'pod', namespace: 'pathmedic' },
      kind: 'dns',
      protocol: 'dns-udp',
      to: { type: 'dns-vip', address: '10.96.0.10', port: 53, upstream: true },
    } as const;
    return {
      path: { ...path, id: pathId(path) },
      state: fails ? 'failing' : 'healthy',
      sent: 12,
      lost: fails ? 12 : 0,
      failures: fails ? [{ outcome: 'dns-rcode', count: 12 }] : [],
      sinceMs: T0,
      lastReportMs: T0 + 9000,
    };
  });
}

const seen = (outsideFails: boolean, insideFails = false) => {
  const base = network({ dns: () => insideFails });
  return { ...base, paths: [...base.paths, ...outsidePaths(outsideFails)] };
};
const changed = configMap(
  'coredns',
  'kube-system',
  { Corefile: COREFILE.replace('/etc/resolv.conf', '192.0.2.99') },
  {
    writes: [{ manager: 'kubectl-edit', operation: 'Update', atMs: T0 - 20_000, fields: ['data.Corefile'] }],
  },
);

describe('coredns-unreachable-upstream', () => {
  it('names the resolver and the change when only names outside of the cluster fail; people decide', () => {
    const at = situation({
      facts: cluster({ configMaps: [changed] }),
      network: seen(true),
      symptoms: [asked],
    });
    const [cause] = diagnose(at).causes;
    expect(cause).toMatchObject({ id: 'coredns-unreachable-upstream', confidence: 'medium' });
    expect(cause?.summary).toBe(
      'CoreDNS gets no answer from its upstream (192.0.2.99): names outside of the cluster, 0 of 36 probes answered; names of the cluster resolve.',
    );
    expect(cause?.for.map(({ text }) => text)).toContainEqual(
      expect.stringContaining('changed 20 s before by kubectl-edit; it forwards to 192.0.2.99'),
    );
    const remedy = cause === undefined ? null : remedyFor(at, cause);
    expect(remedy?.type).toBe('escalate');
    if (remedy?.type === 'escalate') expect(() => Escalation.parse(remedy.escalation)).not.toThrow();
  });

  it('is not blamed when all names fail, nor for old complaints while names outside resolve', () => {
    const all = diagnose(situation({ network: seen(true, true), symptoms: [asked] })).causes;
    expect(all.find(({ id }) => id === 'coredns-unreachable-upstream')?.confidence).toBe('low');
    const facts = cluster({
      logs: [log('coredns-0', ['[ERROR] plugin/errors: 2 example.com. A: read udp: i/o timeout'])],
    });
    const told = (outsideFails: boolean): number =>
      diagnose(situation({ facts, network: seen(outsideFails), symptoms: [asked] })).causes.find(
        ({ id }) => id === 'coredns-unreachable-upstream',
      )?.score ?? 0;
    expect(told(true)).toBeGreaterThan(0.8);
    expect(told(false)).toBeLessThan(0.3);
  });
});
