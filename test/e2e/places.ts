import { CoreV1Api } from '@kubernetes/client-node';
import type { Place } from './expectations/expectation.ts';
import type { Placement } from './story.ts';
import type { TestBed } from './test-bed.ts';

/** The node that the coordinator (and so the executor and Redis) runs on. */
export async function coordinatorNode({ kubeConfig, deployment }: TestBed): Promise<string> {
  const { items } = await kubeConfig.makeApiClient(CoreV1Api).listNamespacedPod({
    namespace: deployment.namespace,
    labelSelector: 'app.kubernetes.io/component=coordinator',
  });
  const node = items.find((p) => p.metadata?.deletionTimestamp === undefined)?.spec?.nodeName;
  if (node === undefined) throw new Error('the coordinator is on no node');
  return node;
}

/**
 * Where to break something. The control plane's node is left alone where possible: it is the peer only when there is no
 * other, and broken only when the coordinator is there and its node is wanted. Pure.
 */
export function choosePlace(nodes: readonly string[], coordinator: string, placement: Placement): Place {
  const [, ...workers] = nodes;
  const others = workers.filter((n) => n !== coordinator);
  const node = placement === 'with-coordinator' ? coordinator : (others.at(-1) ?? nodes[0]);
  const peer = [...workers, ...nodes].find((n) => n !== node);
  if (node === undefined || peer === undefined) throw new Error('the lab has fewer than two nodes');
  return { node, peer };
}
