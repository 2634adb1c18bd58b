import type { CauseId, RankedCause } from '../domain/cause.ts';
import type { Situation } from '../facts/cluster-facts.ts';
import { matchSignatures } from './match-signatures.ts';
import { NOTHING_FITS } from './other.ts';
import { confidenceOf, weighedCause } from './weigh.ts';

const MEANING: Readonly<Record<CauseId, string>> = {
  'cni-agent-not-scheduled': 'The CNI agent does not run on a node that needs it',
  'cni-agent-crash': 'The CNI agent fails for a reason of its own',
  'cni-not-initialized': 'The node has no CNI configuration or plugin',
  'stale-cni-state': 'Left-overs of an earlier CNI or pod are in the way',
  'cni-rbac-or-cert-expired': 'The CNI’s token, rights or certificate are not accepted',
  'datastore-or-apiserver-unreachable': 'The CNI cannot reach its datastore or the API server',
  'ipam-exhausted': 'No address is free',
  'ipam-conflict-or-overlap': 'Addresses or ranges are given out twice',
  'node-cidr-not-assigned': 'A node has no pod range',
  'mtu-mismatch': 'Large packets do not fit',
  'route-missing-or-wrong': 'Routes to pod ranges are missing or refused',
  'overlay-blocked': 'Encapsulated traffic between nodes is dropped',
  'bgp-peer-down': 'BGP sessions are not established',
  'kube-proxy-broken': 'kube-proxy cannot write its rules',
  'node-kernel-or-host-firewall': 'The node’s kernel or firewall drops packets',
  'netpol-blocks-dns': 'A policy drops DNS',
  'netpol-blocks-traffic': 'A policy drops traffic',
  'coredns-config': 'CoreDNS does not accept its configuration',
  'coredns-crash': 'CoreDNS does not run',
  'coredns-unreachable-upstream': 'CoreDNS gets no answer from its upstream resolvers',
  'coredns-overload-or-conntrack-race': 'DNS is overloaded, or answers get lost in connection tracking',
  'dns-ndots-search': 'Search domains or ndots of the pods turn names into others',
  'service-no-endpoints': 'A Service has nothing behind it',
  'node-not-ready': 'A node itself is in trouble',
  other: 'Something else',
};

/** Causes that only messages tell of, and that no runbook has named by anything else. */
export function toldAlone(situation: Situation, named: ReadonlySet<CauseId>): RankedCause[] {
  return [...matchSignatures(situation)].flatMap(([id, pro]) => {
    const [first] = pro;
    if (first === undefined || named.has(id)) return [];
    const summary = `${MEANING[id]}: ${first.evidence.text}`;
    const cause = weighedCause({ id, component: MEANING[id], summary, pro, contra: [] });
    // A hint that is no better than "nothing fits" is none.
    return cause !== null && cause.score > NOTHING_FITS ? [cause] : [];
  });
}

/** What text is worth where probes look at the same trouble. */
const BESIDE_PROBES = 0.75;

/** Probes outrank what was printed: they say what is broken now, a line in a log may be of anything. */
export function behindProbes({ network, symptoms }: Situation, cause: RankedCause): RankedCause {
  const probed = network !== null && symptoms.some(({ pathIds }) => pathIds.length > 0);
  const texts =
    cause.for.length > 0 && cause.for.every(({ source }) => source === 'log' || source === 'event');
  if (!probed || !texts) return cause;
  const score = Math.round(cause.score * BESIDE_PROBES * 1000) / 1000;
  return { ...cause, score, confidence: confidenceOf(score) };
}
