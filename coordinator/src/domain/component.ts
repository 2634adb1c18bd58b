/**
 * What can be broken (design: probing, "Components and locate"). The `mtu-` kinds carry large packets only: everything
 * small passes while one of them is broken. `mtu-node:node1` and `mtu-underlay:node1>node2` are of the nodes' own
 * network, `mtu-pods:node1` and `mtu-overlay:node1>node2` of the pod network; these pairs are sorted by name, because a
 * probe tests both directions.
 */
export type ComponentKind =
  | 'node-out'
  | 'node-in'
  | 'underlay'
  | 'cni-egress'
  | 'cni-ingress'
  | 'overlay'
  | 'service-proxy'
  | 'backend'
  | 'dns-pod'
  | 'dns-vip'
  | 'upstream'
  | 'apiserver'
  | 'api-vip'
  | 'policy'
  | 'mtu-node'
  | 'mtu-underlay'
  | 'mtu-pods'
  | 'mtu-overlay'
  | 'prober';

/** `kind:instance`, e.g. `cni-egress:node2`, `overlay:node1>node2`, `dns-pod:kube-system/coredns-x`, `policy:app`. */
export type ComponentId = `${ComponentKind}:${string}`;

/** Takes a component id apart; the instance may itself hold colons. */
export function parseComponent(id: ComponentId): { kind: ComponentKind; instance: string } {
  const at = id.indexOf(':');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the template type guarantees a known kind before the colon
  return { kind: id.slice(0, at) as ComponentKind, instance: id.slice(at + 1) };
}
