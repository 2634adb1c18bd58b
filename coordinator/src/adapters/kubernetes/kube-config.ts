import { KubeConfig } from '@kubernetes/client-node';

export interface KubeConfigSource {
  /** Kubeconfig file; without it the pod's own service account. */
  file?: string;
  /** Context of the file; its current one without it. */
  context?: string;
}

/** Reads the configuration; throws when it is not there or names no cluster. */
export function loadKubeConfig(source: KubeConfigSource): KubeConfig {
  const config = new KubeConfig();
  if (source.file === undefined) config.loadFromCluster();
  else config.loadFromFile(source.file);
  if (source.context !== undefined) {
    if (config.getContextObject(source.context) === null) {
      throw new Error(`${source.file ?? 'the kubeconfig'} has no context ${source.context}`);
    }
    config.setCurrentContext(source.context);
  }
  if (config.getCurrentCluster() === null) {
    throw new Error(`${source.file ?? 'the service account'} names no cluster; set a current context`);
  }
  return config;
}

/**
 * The same configuration pointed at another address of the same API server. The certificate is checked for the name
 * that every API server's certificate holds.
 */
export function atAddress(config: KubeConfig, server: string): KubeConfig {
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error('the configuration names no cluster');
  const other = new KubeConfig();
  other.loadFromOptions({
    clusters: [{ ...cluster, server, tlsServerName: cluster.tlsServerName ?? 'kubernetes.default.svc' }],
    users: config.getUsers(),
    contexts: config.getContexts().map((context) => ({ ...context, cluster: cluster.name })),
    currentContext: config.getCurrentContext(),
  });
  return other;
}

/** True for the configuration of a pod's own service account (client-node names its cluster so). */
export function isInCluster(config: KubeConfig): boolean {
  return config.getCurrentCluster()?.name === 'inCluster';
}
