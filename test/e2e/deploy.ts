import { randomBytes } from 'node:crypto';
import {
  CoreV1Api,
  KubernetesObjectApi,
  PatchStrategy,
  type KubeConfig,
  type KubernetesObject,
} from '@kubernetes/client-node';
import type { Images } from './images.ts';
import { readManifest, withImages } from './manifests.ts';
import { waitFor } from './waiting.ts';
import { settingsObjects } from './deploy-settings.ts';
import { slackObjects } from './slack-pod.ts';

/** What the test has to know of what it deployed. */
export interface Deployment {
  namespace: string;
  /** Namespace of the canary: the workload namespace of the lab. */
  canaryNamespace: string;
  /** Console token of the approver `ana`. */
  approverToken: string;
  slackControlToken: string;
  slackPort: number;
  /** Every object that was applied, in order. */
  objects: KubernetesObject[];
}

const namespace = 'pathmedic';
const canaryNamespace = 'app';
const slackPort = 8490;
const fieldManager = 'pathmedic-e2e-setup';

export interface DeployOptions {
  /** Default `remediate`: with the executor. */
  mode?: 'advise' | 'remediate';
  /** Where people reach the console: logins and links are good there only. */
  publicUrl?: string;
}

/** Applies deploy/ as a user would (flannel, a canary in the workload namespace), with a Slack stand-in beside it. */
export async function deploy(
  kubeConfig: KubeConfig,
  images: Images,
  options: DeployOptions = {},
): Promise<Deployment> {
  const deployment = await planDeployment(kubeConfig, images, options);
  // What an interrupted run left would be half replaced only: keys and tokens are new each time.
  await removeAll(kubeConfig, deployment.objects);
  await applyObjects(kubeConfig, deployment.objects);
  return deployment;
}

/** What `deploy` applies, without doing so. */
export async function planDeployment(
  kubeConfig: KubeConfig,
  images: Images,
  { mode = 'remediate', publicUrl = 'http://pathmedic.lab.test:8470' }: DeployOptions = {},
): Promise<Deployment> {
  const approverToken = randomBytes(24).toString('hex');
  const slackControlToken = randomBytes(24).toString('hex');
  const files = [
    'base/namespace.yaml',
    'base/coordinator-rbac.yaml',
    'base/coordinator.yaml',
    'base/agent.yaml',
    ...(mode === 'remediate' ? ['remediate/executor-rbac.yaml', 'remediate/executor.yaml'] : []),
    'flannel/rbac.yaml',
  ];
  const manifests = (await Promise.all(files.map(readManifest))).flat();
  const canary = (await readManifest('canary/canary.yaml')).map((object) =>
    inNamespace(object, canaryNamespace),
  );
  const replaced = new Map([
    ['pathmedic/agent', images.agent],
    ['pathmedic/coordinator', images.coordinator],
    ['redis', images.redis],
  ]);
  const host = await slackHost(kubeConfig);
  const settings = settingsObjects({
    namespace,
    canaryNamespace,
    approverToken,
    mode,
    publicUrl,
    slackApiUrl: `http://${host.address}:${slackPort}/api/`,
  });
  const slack = slackObjects({
    image: images.slack,
    namespace,
    port: slackPort,
    controlToken: slackControlToken,
    ...host,
  });
  const namespaceFirst = manifests.filter((o) => o.kind === 'Namespace');
  const rest = manifests.filter(
    (o) => o.kind !== 'Namespace' && !(o.kind === 'ConfigMap' && o.metadata?.name === 'pathmedic'),
  );
  const objects = [...namespaceFirst, ...settings, ...slack, ...rest, ...canary].map((o) =>
    withImages(o, replaced),
  );
  return { namespace, canaryNamespace, approverToken, slackControlToken, slackPort, objects };
}

/** What `kubectl apply --server-side` does. */
export async function applyObjects(
  kubeConfig: KubeConfig,
  objects: readonly KubernetesObject[],
): Promise<void> {
  const api = KubernetesObjectApi.makeApiClient(kubeConfig);
  for (const object of objects) {
    await api.patch(object, undefined, undefined, fieldManager, true, PatchStrategy.ServerSideApply);
  }
}

/** What kustomize's `namespace:` does. */
function inNamespace(object: KubernetesObject, name: string): KubernetesObject {
  return { ...object, metadata: Object.assign({}, object.metadata, { namespace: name }) };
}

/** Removes everything, newest first; what is not there any more is fine. */
export async function undeploy(kubeConfig: KubeConfig, deployment: Deployment): Promise<void> {
  await removeAll(kubeConfig, deployment.objects);
}

async function removeAll(kubeConfig: KubeConfig, objects: readonly KubernetesObject[]): Promise<void> {
  const api = KubernetesObjectApi.makeApiClient(kubeConfig);
  for (const object of objects.toReversed()) {
    await api.delete(object).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
  }
  const core = kubeConfig.makeApiClient(CoreV1Api);
  await waitFor('the old namespace to go', 120_000, async () => {
    try {
      await core.readNamespace({ name: namespace });
      return false;
    } catch (error) {
      if (isNotFound(error)) return true;
      throw error;
    }
  });
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 404;
}

/** Slack is outside of the cluster in life: a node's own network, on the control-plane node, which no fault of the tests touches. */
async function slackHost(kubeConfig: KubeConfig): Promise<{ node: string; address: string }> {
  const { items } = await kubeConfig.makeApiClient(CoreV1Api).listNode();
  const node =
    items.find((n) => n.metadata?.labels?.['node-role.kubernetes.io/control-plane'] !== undefined) ??
    items[0];
  const address = node?.status?.addresses?.find((a) => a.type === 'InternalIP')?.address;
  const name = node?.metadata?.name;
  if (name === undefined || address === undefined)
    throw new Error('no node with an address for the Slack stand-in');
  return { node: name, address };
}
