import type { Place, Signature } from './signature.ts';
import { ROUTING_SIGNATURES } from './signatures-routing.ts';
import { SERVICE_SIGNATURES } from './signatures-services.ts';

const ANYWHERE: readonly Place[] = ['cni', 'coredns', 'kube-proxy', 'event'];
const CNI: readonly Place[] = ['cni', 'event'];

const SETUP_SIGNATURES: readonly Signature[] = [
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
    pattern: /failed to find plugin \\?"[\w.-]{1,60}\\?" in path/,
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
      /is forbidden: User "system:|connection is unauthorized|UnauthorizedOperation|[Uu]nauthorized operation/,
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
      /(Failed to list|failed to list|Failed to watch|Failed to create SubnetManager|couldn't get current server API group list).{0,300}(i\/o timeout|connection refused|no route to host)/,
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
  {
    pattern:
      /Spec\.PodCIDR (is empty|not set) for|required IPv[46] PodCIDR not available|CIDR string is empty for Node/i,
    from: CNI,
    cause: 'node-cidr-not-assigned',
    weight: 0.6,
    source: 'antrea-io/antrea, pkg/agent; cloudnativelabs/kube-router, pkg/utils; cilium/cilium, pkg/k8s',
  },
  {
    pattern: /Received update for IP range I own|cidr .{1,60} conflicts? with node/,
    from: CNI,
    cause: 'ipam-conflict-or-overlap',
    weight: 0.55,
    source: 'weaveworks/weave, ipam/ring; kubeovn/kube-ovn, pkg/controller/subnet',
  },
  {
    pattern: /does not have enough capacity for \d+ IP addresses|SubnetIsFull/,
    from: ANYWHERE,
    cause: 'ipam-exhausted',
    weight: 0.5,
    source: 'Azure, virtual machine scale sets and virtual networks',
  },
  {
    pattern: /specified in the flannel net config doesn't contain/,
    from: CNI,
    cause: 'cni-agent-crash',
    weight: 0.55,
    source: 'flannel-io/flannel, pkg/subnet/kube',
  },
  {
    pattern:
      /Calico node failed to start|Unable to set global default configuration|Agent pipe unexpectedly closed|failed to connect service .{0,12}:50051/,
    from: CNI,
    cause: 'cni-agent-crash',
    weight: 0.45,
    source:
      'projectcalico/calico, node/pkg/lifecycle/startup; cilium/cilium, daemon; aws/amazon-vpc-cni-k8s, cmd/grpc-health-probe',
  },
  {
    pattern: /unable to connect to Cilium (agent|daemon)|iptables v[\d.]{3,8} \(\w{1,10}\): .{1,80}not found/,
    from: CNI,
    cause: 'cni-agent-crash',
    weight: 0.35,
    source: 'cilium/cilium, plugins/cilium-cni; netfilter, iptables',
  },
  {
    pattern: /Waiting for Cilium Operator to register CRDs/i,
    from: CNI,
    cause: 'cni-agent-not-scheduled',
    weight: 0.35,
    source: 'cilium/cilium, pkg/k8s/synced',
  },
  {
    pattern: /failed to load netconf|[Ee]rror (loading|parsing) (CNI )?config(uration)? (list )?file/,
    from: CNI,
    cause: 'stale-cni-state',
    weight: 0.4,
    source: 'k8snetworkplumbingwg/multus-cni, pkg/types; containernetworking/cni, libcni',
  },
  {
    pattern:
      /dial tcp .{7,60}:(443|6443|8443|2379).{0,40}(i\/o timeout|connection refused|no route to host|network is unreachable)/,
    from: ['cni', 'coredns', 'kube-proxy'],
    cause: 'datastore-or-apiserver-unreachable',
    weight: 0.4,
    source: 'golang/go, net; kubernetes/client-go, rest',
  },
];

export const SIGNATURES: readonly Signature[] = [
  ...SETUP_SIGNATURES,
  ...ROUTING_SIGNATURES,
  ...SERVICE_SIGNATURES,
];
