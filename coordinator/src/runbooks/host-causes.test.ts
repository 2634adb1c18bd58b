import { describe, expect, it } from 'vitest';
import type { PathState } from '../domain/network.ts';
import { pathId } from '../domain/path.ts';
import { Escalation } from '../domain/proposal.ts';
import type { Situation } from '../facts/cluster-facts.ts';
import type { HostFacts } from '../facts/host-facts.ts';
import { daemonSet, node, podOf } from '../facts/record-builders.fixture.ts';
import { diagnose, remedyFor } from './diagnose.ts';
import { cluster, dnsPods, network, situation, symptom, T0 } from './situation.fixture.ts';

const names = ['node1', 'node2', 'node3'];
const agent = daemonSet('kube-flannel-ds', 'kube-flannel');
const rangeOf = (name: string): string => `10.244.${name.slice(-1)}.0/24`;

/** What a node of a flannel cluster says of its kernel. */
function host(name: string, over: Partial<HostFacts> = {}): HostFacts {
  return {
    node: name,
    receivedMs: T0 + 9000,
    ipForward: true,
    bridgeNetfilter: 'on',
    interfaces: [
      { name: 'eth0', mtuBytes: 1500, up: true, rpFilter: 'loose' },
      { name: 'cni0', mtuBytes: 1450, up: true, rpFilter: 'off' },
      { name: 'flannel.1', mtuBytes: 1450, up: true, rpFilter: 'off' },
    ],
    routes: [
      { destination: '0.0.0.0/0', gateway: '192.0.2.254', interface: 'eth0' },
      { destination: rangeOf(name), gateway: null, interface: 'cni0' },
      ...names
        .filter((peer) => peer !== name)
        .map((peer) => ({
          destination: rangeOf(peer),
          gateway: rangeOf(peer).replace('/24', ''),
          interface: 'flannel.1',
        })),
    ],
    conntrack: { count: 900, max: 131_072 },
    neighbours: { entries: 12, max: 1024 },
    kubeProxy: 'healthy',
    ...over,
  };
}

function blamed(component: string, ...on: string[]) {
  const [from = '', to = ''] = on;
  return symptom({
    component,
    scope: on.length === 2 ? { type: 'pair', from, to } : { type: 'nodes', nodes: on },
    affected: { nodes: on, namespaces: [], objects: [] },
  });
}

const nodes = names.map((name) => node(name, { podCIDRs: [rangeOf(name)] }));
const pods = [...names.map((name) => podOf(agent, name)), ...dnsPods()];
const cut = (from: string, to: string): boolean => from === 'node2' || to === 'node2';
const pair = (from: string, to: string): boolean => from !== 'node1' && to !== 'node1';

function at(hosts: HostFacts[], over: Partial<Situation> = {}): Situation {
  return situation({
    facts: cluster({ nodes, pods, hosts }, agent),
    network: network({ pod: cut }),
    symptoms: [blamed('cni-egress:node2', 'node2')],
    ...over,
  });
}

function top(one: Situation) {
  const [cause] = diagnose(one).causes;
  if (cause === undefined) throw new Error('no cause');
  const remedy = remedyFor(one, cause);
  const escalation = remedy?.type === 'escalate' ? Escalation.parse(remedy.escalation) : null;
  return { cause, remedy, options: escalation?.options.join('\n') ?? '' };
}

const withNode2 = (over: Partial<HostFacts>): HostFacts[] =>
  names.map((name) => host(name, name === 'node2' ? over : {}));

describe('a node’s kernel', () => {
  it('that forwards nothing cuts its pods off: that, and not the overlay, is the cause', () => {
    const { cause, options } = top(at(withNode2({ ipForward: false })));
    expect(cause).toMatchObject({ id: 'node-kernel-or-host-firewall', confidence: 'high' });
    expect(cause.summary).toContain('net.ipv4.ip_forward is 0 on node2');
    expect(options).toContain('on node2, sysctl -w net.ipv4.ip_forward=1');
  });

  it('with a full connection table is told with its numbers', () => {
    const { cause } = top(at(withNode2({ conntrack: { count: 131_072, max: 131_072 } })));
    expect(cause.id).toBe('node-kernel-or-host-firewall');
    expect(cause.summary).toContain('131072 of 131072');
  });

  it('set up as all others, or of a node that the trouble is not on, is not accused', () => {
    const ids = (one: Situation) => diagnose(one).causes.map(({ id }) => id);
    expect(ids(at(withNode2({})))).not.toContain('node-kernel-or-host-firewall');
    const strict = names.map((name) =>
      host(name, {
        interfaces: [{ name: 'cni0', mtuBytes: 1450, up: true, rpFilter: 'strict' }],
        bridgeNetfilter: 'off',
      }),
    );
    expect(ids(at(strict))).not.toContain('node-kernel-or-host-firewall');
    const elsewhere = names.map((name) => host(name, name === 'node3' ? { ipForward: false } : {}));
    expect(ids(at(elsewhere))).not.toContain('node-kernel-or-host-firewall');
  });
});

describe('routes that the kernels tell of', () => {
  const without = (...lost: string[]): Partial<HostFacts> => ({
    routes: (host('node2').routes ?? []).filter(({ destination }) => !lost.includes(destination)),
  });
  const ofPair = {
    network: network({ pod: pair }),
    symptoms: [blamed('overlay:node2>node3', 'node2', 'node3')],
  };

  it('one that is missing: the agent on the very node that lacks it is started anew', () => {
    const { cause, remedy } = top(at(withNode2(without(rangeOf('node3'))), ofPair));
    expect(cause).toMatchObject({ id: 'route-missing-or-wrong', confidence: 'high' });
    expect(cause.summary).toBe(
      'Pods on node2 and node3 do not reach each other: node2 has no route to 10.244.3.0/24 (pods of node3).',
    );
    expect(remedy).toMatchObject({
      type: 'plan',
      actions: [
        { type: 'delete-pod', target: { name: 'kube-flannel-ds-node2' }, params: { evidence: 'probes' } },
      ],
    });
  });

  it('a stray one within a peer’s range is for a person to remove: no restart takes it away', () => {
    const routes = [
      ...(host('node2').routes ?? []),
      { destination: '10.244.3.128/25', gateway: null, interface: null },
    ];
    const { cause, remedy, options } = top(at(withNode2({ routes }), ofPair));
    expect(cause).toMatchObject({ id: 'route-missing-or-wrong', confidence: 'high' });
    expect(cause.summary).toContain(
      'a route of node2 to 10.244.3.128/25, within 10.244.3.0/24 (pods of node3), refuses or drops',
    );
    expect(remedy?.type).toBe('escalate');
    expect(options).toContain('ip route del');
  });

  it('none at all on any node says nothing: other data planes have none', () => {
    const none = names.map((name) => host(name, { routes: [], interfaces: [] }));
    expect(top(at(none)).cause.id).toBe('overlay-blocked');
  });

  it('a tunnel that only this node lacks is found, too', () => {
    const { cause } = top(at(withNode2({ interfaces: host('node2').interfaces.slice(0, 2) })));
    expect(cause).toMatchObject({ id: 'route-missing-or-wrong' });
    expect(cause.summary).toContain('node2 has no interface flannel.1, which all other nodes have');
  });

  it('that are complete leave the encapsulation as the likeliest', () => {
    expect(top(at(withNode2({}))).cause.id).toBe('overlay-blocked');
  });
});

describe('kube-proxy that does not answer on the node', () => {
  it('speaks for it where others answer, and for nothing where none does', () => {
    const seen = network({ dns: ({ node: from }, server) => server === 'vip' && from === 'node2' });
    const said = (hosts: HostFacts[]): string[] =>
      diagnose(at(hosts, { network: seen, symptoms: [blamed('service-proxy:node2', 'node2')] }))
        .causes.filter(({ id }) => id === 'kube-proxy-broken')
        .flatMap((cause) => cause.for.map(({ text }) => text));
    const words = 'kube-proxy on node2 does not answer its health check';
    expect(said(withNode2({ kubeProxy: 'not-listening' }))).toContain(words);
    expect(said(names.map((name) => host(name, { kubeProxy: 'not-listening' })))).not.toContain(words);
  });
});

describe('a bridge on another range than its node', () => {
  it('is what an earlier network left, not a blocked overlay', () => {
    const routes = (host('node2').routes ?? []).map((route) =>
      route.interface === 'cni0' ? { ...route, destination: '10.77.1.0/24' } : route,
    );
    const { cause, options } = top(at(withNode2({ routes })));
    expect(cause).toMatchObject({ id: 'stale-cni-state' });
    expect(cause.summary).toContain('The bridge cni0 on node2');
    expect(options).toContain('ip link delete cni0');
  });
});

describe('a node whose pods are mute', () => {
  const seen = (mute: boolean): Situation => {
    const base = network({ pod: cut });
    const agents = names.flatMap((name) =>
      ['host', 'pod'].map((mode) => ({
        node: name,
        mode,
        namespace: 'pathmedic',
        lastReportMs: base.atMs - (mute && name === 'node2' && mode === 'pod' ? 60_000 : 2000),
        impaired: null,
      })),
    );
    return at(withNode2({}), { network: { ...base, agents } });
  };

  it('while it reports itself has a host that forwards nothing: more than its overlay is shut', () => {
    const { cause, options } = top(seen(true));
    expect(cause).toMatchObject({ id: 'node-kernel-or-host-firewall', confidence: 'medium' });
    expect(cause.summary).toContain('Nothing of the pods on node2 leaves the node');
    expect(options).toContain('nft list ruleset');
  });

  it('is told from one whose pods still report: there it is the overlay', () => {
    expect(top(seen(false)).cause.id).toBe('overlay-blocked');
  });
});

describe('large packets', () => {
  function mtuPaths(fails: (from: string, to: string) => boolean, mode: 'pod' | 'host' = 'pod'): PathState[] {
    return names.flatMap((from) =>
      names
        .filter((to) => to !== from)
        .map((to) => {
          const path = {
            from: { node: from, mode, namespace: 'pathmedic' },
            kind: 'mtu',
            protocol: 'udp',
            to: { type: 'agent', node: to, mode, podUid: `${to}-${mode}`, address: '10.0.0.1', port: 7070 },
          } as const;
          const failing = fails(from, to);
          return {
            path: { ...path, id: pathId(path) },
            state: failing ? 'failing' : 'healthy',
            sent: 4,
            lost: failing ? 4 : 0,
            failures: failing ? [{ outcome: 'large-lost', count: 4 }] : [],
            ...(failing
              ? { sizeLoss: { direction: 'both' as const, mtuBytes: 1450, passesBytes: 1350 } }
              : {}),
            sinceMs: T0,
            lastReportMs: T0 + 9000,
          } satisfies PathState;
        }),
    );
  }

  function seen(paths: PathState[], component = 'mtu-pods:node2'): Situation {
    const base = network();
    return at(withNode2({}), {
      network: { ...base, paths: [...base.paths, ...paths] },
      symptoms: [blamed(component, 'node2')],
    });
  }

  it('that vanish while small ones pass: the sizes, and how to lower the MTU, downward only', () => {
    const { cause, options } = top(seen([...mtuPaths(cut), ...mtuPaths(() => false, 'host')]));
    expect(cause).toMatchObject({ id: 'mtu-mismatch', confidence: 'high' });
    expect(cause.summary).toBe(
      'Large packets of pods vanish to and from node2 (at most 1350 bytes pass, the interface allows 1450), while small ones pass: the MTU is larger than what the way carries.',
    );
    expect(options).toContain('"MTU": 1350 in "Backend" of net-conf.json');
  });

  it('that pass rule the MTU out, and are no cause', () => {
    const { causes, checks } = diagnose(seen(mtuPaths(() => false)));
    expect(causes.map(({ id }) => id)).not.toContain('mtu-mismatch');
    expect(checks.find(({ id }) => id === 'mtu-mismatch')?.result).toBe('clear');
  });
});
