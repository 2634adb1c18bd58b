import type { Place, Signature } from './signature.ts';

const ANYWHERE: readonly Place[] = ['cni', 'coredns', 'kube-proxy', 'event'];
const CNI: readonly Place[] = ['cni', 'event'];

/** Routes, encapsulation, BGP, kernels and nodes. */
export const ROUTING_SIGNATURES: readonly Signature[] = [
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
    pattern: /Bad peer AS|Hold timer expired|Can't find configuration for a new passive connection/,
    from: CNI,
    cause: 'bgp-peer-down',
    weight: 0.5,
    source: 'CZ.NIC BIRD, proto/bgp; osrg/gobgp, pkg/server',
  },
  {
    pattern: /NoRouteCreated|Node created without a route/,
    from: CNI,
    cause: 'route-missing-or-wrong',
    weight: 0.45,
    source: 'kubernetes/cloud-provider, controllers/route',
  },
  {
    pattern: /bad udp cksum .{1,40}(OTV|VXLAN)|VXLAN.{0,80}bad udp cksum/,
    from: CNI,
    cause: 'overlay-blocked',
    weight: 0.5,
    source: 'tcpdump, print-udp.c',
  },
  {
    pattern: /failed to set MTU|TLS handshake timeout/,
    from: CNI,
    cause: 'mtu-mismatch',
    weight: 0.35,
    source: 'golang/go, net/http (small packets pass, the first large ones do not); aws/amazon-vpc-cni-k8s',
  },
  {
    pattern:
      /Kernel's RPF check is set to|VXLAN init: operation not supported|Kernel (error received|and userspace incompatible)/,
    from: CNI,
    cause: 'node-kernel-or-host-firewall',
    weight: 0.55,
    source:
      'projectcalico/calico, felix/dataplane/linux; flannel-io/flannel, pkg/backend/vxlan; netfilter, ipset',
  },
  {
    pattern: /bridge-nf-call-iptables: no such file|ip6?tables-(nft-|legacy-)?save.{0,40}returned non-zero/,
    from: ANYWHERE,
    cause: 'node-kernel-or-host-firewall',
    weight: 0.5,
    source: 'kubernetes, pkg/proxy; projectcalico/calico, felix',
  },
  {
    pattern: /(REJECT|DROP|BLOCK)\w{0,12}\]?:? ?IN=\S{1,20} OUT=\S{0,20} /,
    from: ANYWHERE,
    cause: 'node-kernel-or-host-firewall',
    weight: 0.55,
    source: 'linux, net/netfilter/nf_log_syslog.c; firewalld and ufw name the rule in front',
  },
  {
    pattern: /avc: {1,2}denied/,
    from: ANYWHERE,
    cause: 'node-kernel-or-host-firewall',
    weight: 0.45,
    source: 'linux, security/selinux/avc.c',
  },
  {
    pattern:
      /Error updating node status, will retry|[Ff]ailed to update (node )?lease|PLEG is not healthy|Kubelet stopped posting node status/,
    from: ANYWHERE,
    cause: 'node-not-ready',
    weight: 0.5,
    source: 'kubernetes, pkg/kubelet/kubelet_node_status.go; component-helpers, apimachinery/lease',
  },
];
