import type { Place, Signature } from './signature.ts';

const ANYWHERE: readonly Place[] = ['cni', 'coredns', 'kube-proxy', 'event'];
const CNI: readonly Place[] = ['cni', 'event'];

/** Services, kube-proxy, policies and DNS. */
export const SERVICE_SIGNATURES: readonly Signature[] = [
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
      /(UDP|TCP) connection from .{7,50} to .{7,50}:53 blocked by|Policy denied.{0,120}:(53|8053|5353)\b|:(53|8053|5353)\b.{0,80}Policy denied/,
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
      /(plugin\/errors:|\[ERROR\]) 2 .{1,200}(i\/o timeout|connection refused|no route to host|unreachable backend)/,
    from: ['coredns'],
    cause: 'coredns-unreachable-upstream',
    weight: 0.5,
    source: 'coredns/coredns, plugin/errors and plugin/forward',
  },
  {
    pattern: /blocked by Weave NPC|Policy denied (DROPPED|by)/,
    from: CNI,
    cause: 'netpol-blocks-traffic',
    weight: 0.45,
    source: 'weaveworks/weave, npc; cilium/hubble, pkg/printer',
  },
  {
    pattern: /network_policy_controller.{0,80}Aborting sync/,
    from: CNI,
    cause: 'netpol-blocks-traffic',
    weight: 0.4,
    source: 'cloudnativelabs/kube-router, pkg/controllers/netpol',
  },
  {
    pattern:
      /failed (calling|to call) webhook.{0,400}(context deadline exceeded|Client\.Timeout|i\/o timeout)/,
    from: ANYWHERE,
    cause: 'netpol-blocks-traffic',
    weight: 0.32,
    source: 'kubernetes/apiserver, pkg/admission/plugin/webhook',
  },
  {
    pattern: /no endpoints available for service|does not have any active [Ee]ndpoint/,
    from: ANYWHERE,
    cause: 'service-no-endpoints',
    weight: 0.55,
    source: 'kubernetes, pkg/registry/core/service; kubernetes/ingress-nginx, controller',
  },
  {
    pattern:
      /Error running ProxyServer|can't determine whether to use ipvs proxy|Failed to (list IPVS|sync endpoint|retrieve node info)|parseIP Error|Could not process rule/,
    from: ['kube-proxy'],
    cause: 'kube-proxy-broken',
    weight: 0.5,
    source: 'kubernetes, cmd/kube-proxy and pkg/proxy',
  },
  {
    pattern: /nf_conntrack_max: (permission denied|no such file|read-only file system)/,
    from: ['kube-proxy'],
    cause: 'kube-proxy-broken',
    weight: 0.55,
    source: 'kubernetes, cmd/kube-proxy/app/conntrack.go',
  },
  {
    pattern:
      /concurrent queries exceeded|Maximum number of concurrent DNS queries reached|\[UNREPLIED\].{0,120}dport=53\b/,
    from: ANYWHERE,
    cause: 'coredns-overload-or-conntrack-race',
    weight: 0.55,
    source: 'coredns/coredns, plugin/forward; dnsmasq, forward.c; netfilter, conntrack-tools',
  },
  {
    pattern: /:\d{2,5}: bind: address already in use/,
    from: ['coredns'],
    cause: 'coredns-crash',
    weight: 0.45,
    source: 'golang/go, net',
  },
  {
    pattern: /coredns-\S{1,60} .{0,40}(OOMKilled|CrashLoopBackOff)/,
    from: ANYWHERE,
    cause: 'coredns-crash',
    weight: 0.45,
    source: 'kubernetes, pkg/printers',
  },
];
