import type { Situation, ClusterFacts, LogExcerpt } from '../facts/cluster-facts.ts';
import type { Incident } from '../domain/incident.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { NetworkView } from '../ports/network-view.ts';
import { wantedLogs } from '../runbooks/diagnose.ts';
import type { LogWish } from '../runbooks/runbook.ts';

const tailLines = 80;
const logWindowSeconds = 30 * 60;

/** Everything the runbooks may look at: the watch, the probes, and the logs that they ask for. */
export async function gatherSituation(
  deps: { cluster: Pick<Cluster, 'facts' | 'logs'>; network: Pick<NetworkView, 'snapshot'> },
  incident: Incident,
): Promise<Situation> {
  const facts = deps.cluster.facts();
  const bare: Situation = { facts, network: deps.network.snapshot(), symptoms: incident.symptoms };
  const read = await Promise.all(wantedLogs(bare).map((wish) => readLog(deps.cluster, facts, wish)));
  const failed = read.flatMap((r) => (r.lines === null ? [`${r.wish.namespace}/${r.wish.pod}`] : []));
  const logs: LogExcerpt[] = read.flatMap(({ wish, lines, node }) =>
    lines === null
      ? []
      : [
          {
            namespace: wish.namespace,
            pod: wish.pod,
            container: wish.container ?? '',
            node,
            previous: wish.previous,
            lines,
          },
        ],
  );
  const unknown =
    failed.length === 0
      ? facts.unknown
      : [
          ...facts.unknown,
          { what: 'logs' as const, why: `could not be read: ${failed.join(', ')}`.slice(0, 200) },
        ];
  return { ...bare, facts: { ...facts, logs, unknown } };
}

async function readLog(
  cluster: Pick<Cluster, 'logs'>,
  facts: ClusterFacts,
  wish: LogWish,
): Promise<{ wish: LogWish; lines: string[] | null; node: string }> {
  const pod = facts.pods.find((p) => p.meta.namespace === wish.namespace && p.meta.name === wish.pod);
  const lines = await cluster.logs({ ...wish, tailLines, sinceSeconds: logWindowSeconds });
  return { wish, lines, node: pod?.nodeName ?? '' };
}
