/** Plugins of CoreDNS 1.9 to 1.15 as released. Source: plugin.cfg of the coredns/coredns releases. */
const NAMES =
  'root metadata geoip cancel proxyproto quic grpc_server https https3 timeouts multisocket reload nsid bufsize bind ' +
  'debug trace ready health pprof shed prometheus errors log dnstap local dns64 siit any chaos loadbalance tsig ' +
  'rewrite autopath acl cache header dnssec tls minimal template transfer dynupdate hosts route53 azure clouddns ' +
  'k8s_external kubernetes file auto secondary etcd loop forward grpc erratic whoami on sign view nomad';

export const KNOWN_PLUGINS: ReadonlySet<string> = new Set(NAMES.split(' '));

const PROPERTIES: Readonly<Record<string, string>> = {
  kubernetes:
    'endpoint_pod_names pods namespaces endpoint tls labels namespace_labels fallthrough ttl noendpoints zonal ignore ' +
    'kubeconfig multicluster startup_timeout apiserver_qps apiserver_burst apiserver_max_inflight transfer upstream resyncperiod',
  forward:
    'except max_fails max_connect_attempts health_check force_tcp prefer_udp tls tls_servername expire max_age ' +
    'max_idle_conns read_timeout doh_method policy max_concurrent next next_on_nodata failfast_all_unhealthy_upstreams ' +
    'failover resolver source_address',
  cache: 'success denial prefetch serve_stale serve_stale_policy prefer_positive servfail disable keepttl',
  health: 'lameduck',
  errors: 'stacktrace consolidate show_first',
  log: 'class',
};

/** Property names a plugin takes in its own braces; null where they are not known here. */
export function knownProperties(plugin: string): readonly string[] | null {
  return Object.hasOwn(PROPERTIES, plugin) ? (PROPERTIES[plugin] ?? '').split(' ') : null;
}

const VALUES: Readonly<Record<string, readonly string[]>> = {
  'kubernetes pods': ['disabled', 'insecure', 'verified'],
  'forward policy': ['random', 'round_robin', 'sequential'],
};

/** The only values that a property takes; empty where it takes others. */
export function knownValues(plugin: string, property: string): readonly string[] {
  const key = `${plugin} ${property}`;
  return Object.hasOwn(VALUES, key) ? (VALUES[key] ?? []) : [];
}
