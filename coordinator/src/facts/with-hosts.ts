import type { ClusterFacts } from './cluster-facts.ts';
import type { HostFacts } from './host-facts.ts';

const nothingTold = 'no agent on a node’s own network has told of its routes, interfaces and limits';

/** The facts together with what the nodes' kernels say; when nobody told anything, that is unknown. */
export function withHosts(facts: ClusterFacts, hosts: readonly HostFacts[]): ClusterFacts {
  if (hosts.length > 0) return { ...facts, hosts };
  return { ...facts, unknown: [...facts.unknown, { what: 'hosts', why: nothingTold }] };
}
