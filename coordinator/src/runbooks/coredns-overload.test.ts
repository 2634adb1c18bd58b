import { describe, expect, it } from 'vitest';
import type { NetworkSnapshot, PathState } from '../domain/network.ts';
import { pathId } from '../domain/path.ts';
import { Escalation } from '../domain/proposal.ts';
import type { Situation } from '../facts/cluster-facts.ts';
import { diagnose, remedyFor } from './diagnose.ts';
import { network, situation, symptom, T0 } from './situation.fixture.ts';

const about = symptom({
  scope: { type: 'dns' },
  component: 'dns-vip:10.96.0.10',
  pathIds: ['dns|a'],
  lossRate: 0.1,
});

/** DNS from each node by both transports, with so many of 100 lost. */
function dns(udpLost: number, tcpLost: number): PathState[] {
  return ['node1', 'node2', 'node3'].flatMap((node) =>
    (['dns-udp', 'dns-tcp'] as const).map((protocol) => {
      const path = {
        from: { node, mode: 'pod', namespace: 'pathmedic' },
        kind: 'dns',
        protocol,
        to: { type: 'dns-vip', address: '10.96.0.10', port: 53, upstream: false },
      } as const;
      const lost = protocol === 'dns-udp' ? udpLost : tcpLost;
      return {
        path: { ...path, id: pathId(path) },
        state: lost > 0 ? 'failing' : 'healthy',
        sent: 100,
        lost,
        failures: lost > 0 ? [{ outcome: 'timeout', count: lost }] : [],
        sinceMs: T0,
        lastReportMs: T0 + 9000,
      } satisfies PathState;
    }),
  );
}

function at(paths: PathState[], over: Partial<PathState> = {}): Situation {
  const base = network();
  const others = base.paths.filter(({ path }) => path.kind !== 'dns').map((state) => ({ ...state, ...over }));
  const seen: NetworkSnapshot = { ...base, paths: [...others, ...paths] };
  return situation({ network: seen, symptoms: [about] });
}

const ids = (one: Situation) => diagnose(one).causes.map(({ id }) => id);

describe('DNS that loses a part of its answers', () => {
  it('by UDP alone, from several nodes, while pods lose nothing: load or races, with what to look at', () => {
    const one = at(dns(10, 0));
    const [cause] = diagnose(one).causes;
    expect(cause).toMatchObject({ id: 'coredns-overload-or-conntrack-race', confidence: 'medium' });
    expect(cause?.summary).toContain('270 of 300 probes answered');
    const remedy = cause === undefined ? null : remedyFor(one, cause);
    expect(remedy?.type).toBe('escalate');
    if (remedy?.type === 'escalate') expect(() => Escalation.parse(remedy.escalation)).not.toThrow();
  });

  it('by every server and both transports, in time for some and too late for others, is overloaded', () => {
    const to = {
      type: 'dns-pod',
      pod: 'kube-system/coredns-0',
      node: 'node1',
      address: '10.244.1.2',
      port: 53,
      upstream: false,
    } as const;
    const servers = dns(60, 40).map((state): PathState => {
      const path = { ...state.path, to };
      return { ...state, path: { ...path, id: pathId(path) } };
    });
    const [cause] = diagnose(at([...dns(60, 40), ...servers])).causes;
    expect(cause?.id).toBe('coredns-overload-or-conntrack-race');
    expect(cause?.summary).toContain('Every CoreDNS pod answers only a part in time');
  });

  it('by TCP as well, or with other pod traffic, or wholly, is something else', () => {
    expect(ids(at(dns(10, 10)))).not.toContain('coredns-overload-or-conntrack-race');
    expect(ids(at(dns(10, 0), { sent: 100, lost: 10 }))).not.toContain('coredns-overload-or-conntrack-race');
    expect(ids(at(dns(100, 0)))).not.toContain('coredns-overload-or-conntrack-race');
  });
});
