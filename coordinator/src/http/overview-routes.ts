import type { FastifyInstance } from 'fastify';
import type { Overview } from '@pathmedic/shared/contract/console.ts';
import type { NetworkSnapshot } from '../domain/network.ts';
import type { HttpDeps } from './http-deps.ts';
import { pauseView } from './pause-routes.ts';

type OverviewDeps = Pick<HttpDeps, 'store' | 'pause' | 'network' | 'clusterName' | 'agentSilentAfterMs'>;

/** The cluster at a glance, for the quiet days. */
export function addOverviewRoutes(server: FastifyInstance, deps: OverviewDeps): void {
  server.get('/v1/overview', { config: { access: 'person' } }, async (): Promise<Overview> => {
    const [nowMs, pause] = await Promise.all([deps.store.nowMs(), deps.pause.read()]);
    const snapshot = deps.network();
    return {
      cluster: deps.clusterName,
      nowMs,
      pause: pauseView(pause),
      network:
        snapshot === null || !snapshot.complete ? null : networkView(snapshot, deps.agentSilentAfterMs),
    };
  });
}

function networkView(snapshot: NetworkSnapshot, silentAfterMs: number): NonNullable<Overview['network']> {
  const { atMs, agents, paths } = snapshot;
  const count = (state: 'healthy' | 'failing' | 'unknown'): number =>
    paths.filter((path) => path.state === state).length;
  const silent = agents.filter(
    ({ lastReportMs }) => lastReportMs === null || atMs - lastReportMs > silentAfterMs,
  );
  return {
    agents: agents.length,
    silentAgents: silent.length,
    nodes: new Set(agents.map(({ node }) => node)).size,
    pathsHealthy: count('healthy'),
    pathsFailing: count('failing'),
    pathsUnknown: count('unknown'),
    atMs,
  };
}
