import type { NetworkSnapshot, PathState } from '../domain/network.ts';

/** What a group of paths says together. */
export interface Tally {
  failing: number;
  healthy: number;
  /** Probes of the judged paths. */
  sent: number;
  answered: number;
}

export function tally(paths: readonly PathState[]): Tally {
  const judged = paths.filter(({ state }) => state !== 'unknown');
  const sent = judged.reduce((sum, path) => sum + path.sent, 0);
  return {
    failing: judged.filter(({ state }) => state === 'failing').length,
    healthy: judged.filter(({ state }) => state === 'healthy').length,
    sent,
    answered: sent - judged.reduce((sum, path) => sum + path.lost, 0),
  };
}

/** `0 of 96 probes answered`. */
export function answeredWords({ sent, answered }: Tally): string {
  return `${answered} of ${sent} probes answered`;
}

/** Paths that ask for names of the cluster (not of the world outside). */
export function clusterNamePaths(network: NetworkSnapshot): PathState[] {
  return network.paths.filter(
    ({ path }) => path.kind === 'dns' && !('upstream' in path.to && path.to.upstream),
  );
}

/** DNS from agents that no namespace policy concerns: pod and host mode. */
export function plainDnsPaths(network: NetworkSnapshot): PathState[] {
  return clusterNamePaths(network).filter(({ path }) => path.from.mode !== 'canary');
}

/** DNS to one CoreDNS pod by its own address, `namespace/name`. */
export function dnsPodPaths(network: NetworkSnapshot, pod: string): PathState[] {
  return plainDnsPaths(network).filter(({ path }) => path.to.type === 'dns-pod' && path.to.pod === pod);
}

function farNode(path: PathState['path']): string | null {
  return path.to.type === 'agent' ? path.to.node : null;
}

/** Pod-network paths between this node and others, both directions. */
export function podPathsOf(network: NetworkSnapshot, node: string): PathState[] {
  return network.paths.filter(({ path }) => {
    const far = farNode(path);
    return (
      path.kind === 'pod' &&
      far !== null &&
      far !== path.from.node &&
      (path.from.node === node || far === node)
    );
  });
}

/** Paths of the node network between this node and others: tell the CNI from what lies under it. */
export function nodePathsOf(network: NetworkSnapshot, node: string): PathState[] {
  return network.paths.filter(
    ({ path }) => path.kind === 'node' && (path.from.node === node || farNode(path) === node),
  );
}

/** Share of the most frequent kind of failure among all failures of these paths, e.g. `dns-rcode`. */
export function failureShare(paths: readonly PathState[], outcome: string): number {
  const failures = paths.flatMap((path) => path.failures);
  const all = failures.reduce((sum, { count }) => sum + count, 0);
  const such = failures
    .filter((failure) => failure.outcome === outcome)
    .reduce((sum, { count }) => sum + count, 0);
  return all === 0 ? 0 : such / all;
}
