import type { CauseId, RankedCause } from '../domain/cause.ts';
import { evidence } from './evidence.ts';
import { confidenceOf } from './weigh.ts';

/** What follows from a cause and would by itself look like a cause. */
const FOLLOWS: Readonly<Partial<Record<CauseId, readonly CauseId[]>>> = {
  'cni-agent-not-scheduled': [
    'cni-not-initialized',
    'cni-agent-crash',
    'node-not-ready',
    'coredns-crash',
    'route-missing-or-wrong',
    'overlay-blocked',
    'datastore-or-apiserver-unreachable',
  ],
  'cni-rbac-or-cert-expired': [
    'cni-agent-crash',
    'cni-not-initialized',
    'datastore-or-apiserver-unreachable',
  ],
  'datastore-or-apiserver-unreachable': ['cni-agent-crash', 'cni-not-initialized', 'node-not-ready'],
  'node-cidr-not-assigned': [
    'cni-agent-crash',
    'cni-not-initialized',
    'overlay-blocked',
    'route-missing-or-wrong',
  ],
  'cni-agent-crash': [
    'cni-not-initialized',
    'bgp-peer-down',
    'coredns-crash',
    'route-missing-or-wrong',
    'overlay-blocked',
  ],
  'kube-proxy-broken': [
    'datastore-or-apiserver-unreachable',
    'coredns-crash',
    'coredns-unreachable-upstream',
  ],
  'coredns-config': ['coredns-crash', 'coredns-unreachable-upstream'],
  'coredns-crash': ['coredns-unreachable-upstream'],
  'netpol-blocks-dns': ['coredns-unreachable-upstream'],
  'ipam-conflict-or-overlap': ['overlay-blocked', 'route-missing-or-wrong', 'cni-agent-crash'],
  'node-kernel-or-host-firewall': [
    'overlay-blocked',
    'route-missing-or-wrong',
    'kube-proxy-broken',
    'coredns-crash',
    'coredns-unreachable-upstream',
    'datastore-or-apiserver-unreachable',
    'cni-agent-crash',
  ],
  'route-missing-or-wrong': ['overlay-blocked'],
  'stale-cni-state': ['overlay-blocked', 'route-missing-or-wrong', 'cni-not-initialized'],
  'mtu-mismatch': ['overlay-blocked'],
  'node-not-ready': [
    'cni-agent-crash',
    'cni-agent-not-scheduled',
    'kube-proxy-broken',
    'coredns-crash',
    'overlay-blocked',
    'route-missing-or-wrong',
    'service-no-endpoints',
  ],
  'ipam-exhausted': ['coredns-crash', 'cni-not-initialized', 'service-no-endpoints'],
};
/** A cause explains its consequences only if it is itself likely. */
const LIKELY = 0.6;
const LEFT = 0.5;

/** Weakens every cause that a likelier one explains; the rest stays as it is. */
export function dampenConsequences(causes: readonly RankedCause[]): RankedCause[] {
  return causes.map((cause) => {
    const explains = causes.find(
      ({ id, score }) =>
        score >= LIKELY && score >= cause.score * LEFT && FOLLOWS[id]?.includes(cause.id) === true,
    );
    if (explains === undefined) return cause;
    const score = Math.round(cause.score * LEFT * 1000) / 1000;
    const why = evidence('object', `it would follow from: ${explains.summary}`);
    return {
      ...cause,
      score,
      confidence: confidenceOf(score),
      against: [...cause.against, why].slice(0, 20),
    };
  });
}
