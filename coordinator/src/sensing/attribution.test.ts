import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PathState } from '../domain/network.ts';
import type { Path } from '../domain/path.ts';
import { attribute } from './attribution.ts';
import { healthyCluster } from './cluster.fixture.ts';
import { buildPlan } from './plan.ts';
import { defaultPlanConfig } from './settings.ts';
import { targetNode } from './symptoms/probe-counts.ts';

const config = { ...defaultPlanConfig, keys: [{ id: 'k1', secret: 'x'.repeat(32) }] };
const plan = buildPlan(healthyCluster(6), config);
const { dataplane } = config;

/** Every path sends 20 probes; `lossOf` is the share lost. */
function states(lossOf: (path: Path) => number): PathState[] {
  return [...plan.paths.values()].map(({ path }) => {
    const lost = Math.round(20 * lossOf(path));
    const state = lost >= 5 ? ('failing' as const) : ('healthy' as const);
    return { path, state, sent: 20, lost, failures: [], sinceMs: 0, lastReportMs: 0 };
  });
}

function confirmed(lossOf: (path: Path) => number): string[] {
  return attribute(states(lossOf), plan, dataplane)
    .suspects.filter(({ unconfirmed }) => !unconfirmed)
    .map(({ component }) => component)
    .toSorted();
}

const toNode = (path: Path): string | null => targetNode({ path } as PathState);
/** Lost share of a path when the pods of a node are cut off; the DNS address leads to node1 and node2 in equal parts. */
function cut(node: string) {
  return (path: Path): number => {
    if (path.kind === 'node') return 0;
    const from = path.from.node;
    if (path.to.type === 'dns-vip') {
      const lost = ['node1', 'node2'].filter((to) => to !== from && (to === node || from === node));
      return lost.length / 2;
    }
    return from !== toNode(path) && [from, toNode(path)].includes(node) ? 1 : 0;
  };
}

describe('attribution', () => {
  it('blames the pod network of a node, and nothing else for the DNS answers that it costs elsewhere', () => {
    expect(confirmed(cut('node2'))).toEqual(['cni-egress:node2', 'cni-ingress:node2']);
    const { suspects, unexplained } = attribute(states(cut('node2')), plan, dataplane);
    expect(unexplained).toEqual([]);
    const explained = suspects.flatMap(({ explains }) => explains);
    expect(explained).toContain('dns|dns-udp|node5/pod|dns-vip/10.96.0.10');
  });

  it('tells one dead CoreDNS pod from a dead DNS address and from dead DNS', () => {
    const one = (path: Path): number =>
      path.to.type === 'dns-pod' && path.to.pod.endsWith('-a') ? 1 : path.to.type === 'dns-vip' ? 0.5 : 0;
    expect(confirmed(one)).toEqual(['dns-pod:kube-system/coredns-a']);
    expect(confirmed((path) => (path.to.type === 'dns-vip' ? 1 : 0))).toEqual(['dns-vip:10.96.0.10']);
    expect(confirmed((path) => (path.kind === 'dns' ? 1 : 0))).toEqual([
      'dns-pod:kube-system/coredns-a',
      'dns-pod:kube-system/coredns-b',
    ]);
  });

  it('tells the Service rules of one node from its network', () => {
    const proxy = (path: Path): number =>
      path.from.node === 'node4' && (path.to.type === 'dns-vip' || path.to.type === 'service') ? 1 : 0;
    expect(confirmed(proxy)).toEqual(['service-proxy:node4']);
  });

  it('blames a node, not its pods, when its own network is broken', () => {
    const node = (path: Path): number =>
      path.from.node !== toNode(path) && [path.from.node, toNode(path)].includes('node5') ? 1 : 0;
    expect(confirmed(node)).toEqual(['node-in:node5', 'node-out:node5']);
  });

  it('confirms a pair only from both ends', () => {
    const oneWay = (path: Path): number =>
      path.kind === 'pod' && path.from.node === 'node3' && toNode(path) === 'node6' ? 1 : 0;
    expect(confirmed(oneWay)).toEqual([]);
    const { suspects } = attribute(states(oneWay), plan, dataplane);
    expect(suspects.map(({ component, unconfirmed }) => [component, unconfirmed])).toEqual([
      ['overlay:node3>node6', true],
    ]);
    const bothWays = (path: Path): number =>
      path.kind === 'pod' && ['node3node6', 'node6node3'].includes(`${path.from.node}${toNode(path)}`)
        ? 1
        : 0;
    expect(confirmed(bothWays)).toEqual(['overlay:node3>node6', 'overlay:node6>node3']);
  });

  it('lets no single liar change the verdict on another node', () => {
    const faults: ((path: Path) => number)[] = [
      () => 0,
      cut('node4'),
      (path) => (path.kind === 'dns' ? 1 : 0),
      (path) => (path.from.node === 'node5' && path.to.type === 'dns-vip' ? 1 : 0),
    ];
    const about = (component: string, liar: string): boolean =>
      component.includes(`:${liar}`) || component.includes(`>${liar}`);
    fc.assert(
      fc.property(
        fc.constantFrom(...faults),
        fc.constantFrom('node3', 'node6'),
        fc.constantFrom('pod', 'host'),
        fc.infiniteStream(fc.constantFrom(0, 0, 1, 1, 0.5)),
        (fault, liar, mode, stream) => {
          const truth = confirmed(fault).filter((component) => !about(component, liar));
          const lies = new Map<string, number>();
          const lied = confirmed((path) => {
            if (path.from.node !== liar || path.from.mode !== mode) return fault(path);
            const lie = lies.get(path.id) ?? stream.next().value ?? 0;
            lies.set(path.id, lie);
            return lie;
          });
          expect(lied.filter((component) => !about(component, liar))).toEqual(truth);
        },
      ),
      { numRuns: 300 },
    );
  });
});
