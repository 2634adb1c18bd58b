import type { CauseId } from '../domain/cause.ts';

/** Where a line was found. */
export type Place = 'cni' | 'coredns' | 'kube-proxy' | 'event';

const ANYWHERE: readonly Place[] = ['cni', 'coredns', 'kube-proxy', 'event'];
const CNI: readonly Place[] = ['cni', 'event'];

/** What components print when something specific is wrong. Data, not code: one line a message, with where it comes from. */
export interface Signature {
  /** Linear-time: no nested or adjacent unbounded quantifiers. Matched case-sensitively on one line. */
  pattern: RegExp;
  /** Where it counts: in whose log, and whether in events (which carry what plugins and probes said). */
  from: readonly Place[];
  cause: CauseId;
  /** 0 to 1: a specific error weighs more than a generic one. */
  weight: number;
  /** Public source of the wording. */
  source: string;
}

export const SIGNATURES: readonly Signature[] = [
  // Addresses
  {
    pattern: /no IP addresses available in (range|network)/,
    from: CNI,
    cause: 'ipam-exhausted',
    weight: 0.6,
    source: 'containernetworking/plugins, plugins/ipam/host-local/backend/allocator',
  },
  {
    pattern:
      /IPAM allocated only \d+|No more free affine blocks|Unable to autoassign an address - no available/,
    from: CNI,
    cause: 'ipam-exhausted',
    weight: 0.55,
    source: 'projectcalico/calico, cni-plugin/pkg/ipamplugin',
  },
  {
    pattern:
      /failed to assign an IP address to container|InsufficientFreeAddressesInSubnet|InsufficientCidr|IP pool is too low: available \(0\)/,
    from: CNI,
    cause: 'ipam-exhausted',
    weight: 0.5,
    source: 'aws/amazon-vpc-cni-k8s, pkg/ipamd',
  },
  {
    pattern: /range is full|pool empty|No more IPs available|all CIDR ranges are exhausted/,
    from: CNI,
    cause: 'ipam-exhausted',
    weight: 0.5,
    source: 'cilium/cilium, pkg/ipam',
  },
  {
    pattern: /CIDRNotAvailable|failed to allocate cidr from cluster cidr/,
    from: CNI,
    cause: 'node-cidr-not-assigned',
    weight: 0.45,
    source: 'kubernetes, pkg/controller/nodeipam/ipam',
  },
  {
    pattern: /pod cidr not assigned|node .{1,80} pod cidr not assigned|missing PodCIDR/i,
    from: CNI,
    cause: 'node-cidr-not-assigned',
    weight: 0.6,
    source: 'flannel-io/flannel, pkg/subnet/kube',
  },
  {
    pattern:
      /overlaps with existing route|seeded by different peers|already in use on the network|duplicate (IP )?address|conflicts? with (an )?existing (IP|CIDR)/i,
    from: CNI,
    cause: 'ipam-conflict-or-overlap',
    weight: 0.5,
    source: 'weaveworks/weave, ipam; cilium/cilium, pkg/ipam',
  },
  // Agent and its set-up
  {
    pattern: /cni plugin not initialized|no networks found in \/etc\/cni|cni config uninitialized/,
    from: CNI,
    cause: 'cni-not-initialized',
    weight: 0.35,
    source: 'containerd, internal/cri; cri-o/ocicni',
  },
  {
    pattern: /failed to find plugin "[\w.-]{1,60}" in path/,
    from: CNI,
    cause: 'cni-not-initialized',
    weight: 0.55,
    source: 'containernetworking/cni, pkg/invoke',
  },
  {
    pattern: /open \/run\/flannel\/subnet\.env: no such file/,
    from: CNI,
    cause: 'cni-agent-not-scheduled',
    weight: 0.3,
    source: 'containernetworking/plugins, plugins/meta/flannel',
  },
  {
    pattern:
      /stat \/var\/lib\/calico\/nodename: no such file|\/var\/run\/cilium\/cilium\.sock: connect: (connection refused|no such file)/,
    from: CNI,
    cause: 'cni-agent-crash',
    weight: 0.35,
    source: 'projectcalico/calico, cni-plugin; cilium/cilium, plugins/cilium-cni',
  },
  {
    pattern: /panic: runtime error|SIGSEGV: segmentation violation|fatal error: concurrent map/,
    from: ['cni'],
    cause: 'cni-agent-crash',
    weight: 0.6,
    source: 'golang/go, runtime/panic.go',
  },
  {
    pattern:
      /iptables-(nft|legacy)?-?(save|restore) command failed|Bad return code from 'ipset|incompatible nft rules/,
    from: ['cni'],
    cause: 'cni-agent-crash',
    weight: 0.5,
    source: 'projectcalico/calico, felix/iptables and felix/ipsets',
  },
  {
    pattern: /(address|bind).{0,40}already in use/,
    from: ['cni'],
    cause: 'stale-cni-state',
    weight: 0.35,
    source: 'golang/go, net',
  },
  {
    pattern: /already has an IP address different from|container veth name provided \(eth0\) already exists/,
    from: CNI,
    cause: 'stale-cni-state',
    weight: 0.55,
    source: 'containernetworking/plugins, plugins/main/bridge',
  },
  // Rights, certificates, API
  {
    pattern:
      /is forbidden: User "system:serviceaccount:|connection is unauthorized|UnauthorizedOperation|[Uu]nauthorized operation/,
    from: CNI,
    cause: 'cni-rbac-or-cert-expired',
    weight: 0.5,
    source: 'kubernetes/apiserver, pkg/authorization; projectcalico/calico, libcalico-go',
  },
  {
    pattern: /x509: certificate (has expired|signed by unknown authority|is valid for)/,
    from: CNI,
    cause: 'cni-rbac-or-cert-expired',
    weight: 0.55,
    source: 'golang/go, crypto/x509',
  },
  {
    pattern:
      /(Failed to list|failed to list|Failed to watch|Failed to create SubnetManager|couldn't get current server API group list).{0,200}(i\/o timeout|connection refused|no route to host)/,
    from: ['cni'],
    cause: 'datastore-or-apiserver-unreachable',
    weight: 0.5,
    source: 'kubernetes/client-go, tools/cache/reflector.go; flannel-io/flannel, main.go',
  },
  {
    pattern: /Failed to connect to Typha|Hit error connecting to datastore|etcdserver: request timed out/,
    from: ['cni'],
    cause: 'datastore-or-apiserver-unreachable',
    weight: 0.45,
    source: 'projectcalico/calico, node/pkg/lifecycle/startup',
  },
  // Routes, overlay, BGP
  {
    pattern:
      /BGP not established with|BIRD is not ready|Number of node\(s\) with BGP peering established = 0/,
    from: CNI,
    cause: 'bgp-peer-down',
    weight: 0.55,
    source: 'projectcalico/calico, node/pkg/health',
  },
  {
    pattern: /FailedToCreateRoute|Could not create route|failed to add (vxlan)?[rR]oute/,
    from: CNI,
    cause: 'route-missing-or-wrong',
    weight: 0.5,
    source: 'kubernetes/cloud-provider, controllers/route; flannel-io/flannel, pkg/backend/vxlan',
  },
  {
    pattern: /fragmentation needed|message too long|PMTU.{0,30}(exceeded|too)/i,
    from: CNI,
    cause: 'mtu-mismatch',
    weight: 0.45,
    source: 'linux, net/ipv4/icmp.c',
  },
  {
    pattern: /nf_conntrack: table full, dropping packet/,
    from: ANYWHERE,
    cause: 'node-kernel-or-host-firewall',
    weight: 0.6,
    source: 'linux, net/netfilter/nf_conntrack_core.c',
  },
  {
    pattern: /Failed to execute iptables-restore|iptables-restore: line \d{1,6} failed/,
    from: ['kube-proxy'],
    cause: 'kube-proxy-broken',
    weight: 0.5,
    source: 'kubernetes, pkg/proxy/iptables/proxier.go',
  },
  // Policies
  {
    pattern:
      /(UDP|TCP) connection from .{7,50} to .{7,50}:53 blocked by|Policy denied.{0,120}:(53|8053|5353)\b/,
    from: CNI,
    cause: 'netpol-blocks-dns',
    weight: 0.5,
    source: 'weaveworks/weave, npc; cilium/cilium, monitor',
  },
  // CoreDNS
  {
    pattern: /is forbidden: User "system:serviceaccount:[^"]{1,120}" cannot (list|watch) resource/,
    from: ['coredns'],
    cause: 'coredns-config',
    weight: 0.45,
    source: 'kubernetes/client-go, tools/cache/reflector.go',
  },
  {
    pattern: /plugin\/loop: (Loop|Forwarding loop|Seen ")/,
    from: ['coredns'],
    cause: 'coredns-config',
    weight: 0.6,
    source: 'coredns/coredns, plugin/loop',
  },
  {
    pattern: /Error during parsing: /,
    from: ['coredns'],
    cause: 'coredns-config',
    weight: 0.6,
    source: 'coredns/caddy, caddyfile/dispenser.go',
  },
  {
    pattern: /plugin\/forward: (not an IP address or file|no nameservers found|failed to resolve)/,
    from: ['coredns'],
    cause: 'coredns-config',
    weight: 0.55,
    source: 'coredns/coredns, plugin/forward and plugin/pkg/parse',
  },
  {
    pattern: /listen (tcp|udp) .{0,60}:53: bind: (permission denied|address already in use)/,
    from: ['coredns'],
    cause: 'coredns-crash',
    weight: 0.5,
    source: 'golang/go, net; coredns/coredns, core/dnsserver',
  },
  {
    pattern:
      /plugin\/errors: 2 .{1,200}(i\/o timeout|connection refused|no route to host|unreachable backend)/,
    from: ['coredns'],
    cause: 'coredns-unreachable-upstream',
    weight: 0.5,
    source: 'coredns/coredns, plugin/errors and plugin/forward',
  },
];
