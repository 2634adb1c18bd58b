import { AppsV1Api, CoordinationV1Api, CoreV1Api, type KubeConfig } from '@kubernetes/client-node';
import { applyObjects, type Deployment } from './deploy.ts';
import { waitFor } from './waiting.ts';

const parts = ['pathmedic-executor', 'pathmedic-coordinator'];

/** Coordinator, executor and Redis anew, without any memory of earlier incidents; the agents stay. */
export async function startAfresh(kubeConfig: KubeConfig, deployment: Deployment): Promise<void> {
  const { namespace, objects } = deployment;
  const apps = kubeConfig.makeApiClient(AppsV1Api);
  for (const name of parts) await apps.deleteNamespacedDeployment({ name, namespace });
  const core = kubeConfig.makeApiClient(CoreV1Api);
  await waitFor('the old coordinator to go', 120_000, async () => {
    const { items } = await core.listNamespacedPod({
      namespace,
      labelSelector: 'app.kubernetes.io/component in (coordinator, executor)',
    });
    return items.length === 0;
  });
  // An epoch that Redis does not know would rightly be taken for a loss of Redis.
  await kubeConfig.makeApiClient(CoordinationV1Api).deleteCollectionNamespacedLease({ namespace });
  await applyObjects(
    kubeConfig,
    objects.filter((o) => o.kind === 'Deployment' && parts.includes(o.metadata?.name ?? '')),
  );
}
