import type { TestCluster } from './cluster.ts';
import type { Deployment } from './deploy.ts';
import { type Story, untoldStory } from './follow.ts';
import type { Product } from './product.ts';

const watchMs = 45_000;

/** Rolls the agents themselves and watches for a while afterwards: nothing may be opened, also not for a moment. */
export async function quietDuring(
  cluster: TestCluster,
  product: Product,
  deployment: Deployment,
  say: (line: string) => void,
): Promise<Story> {
  const problems: string[] = [];
  const known = new Set((await product.incidents()).open.map((i) => i.id));
  const seen = new Map<string, string>();
  const look = async (): Promise<void> => {
    const { open, closed } = await product.incidents();
    for (const i of [...open, ...closed])
      if (!known.has(i.id) && i.openedAtMs >= startedMs) seen.set(i.id, i.title);
  };
  const startedMs = Date.now();
  say('quiet: rolling the agents of every node, on the pod network and on the host network');
  try {
    for (const name of ['pathmedic-agent', 'pathmedic-agent-host']) {
      await cluster.kubectl('-n', deployment.namespace, 'rollout', 'restart', `daemonset/${name}`);
      await cluster.kubectl(
        '-n',
        deployment.namespace,
        'rollout',
        'status',
        `daemonset/${name}`,
        '--timeout=180s',
      );
      await look();
    }
    const untilMs = Date.now() + watchMs;
    while (Date.now() < untilMs) {
      await look();
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  }
  problems.push(...[...seen.values()].map((title) => `an incident was opened: "${title}"`));
  return { ...untoldStory('quiet'), ok: problems.length === 0, problems };
}
