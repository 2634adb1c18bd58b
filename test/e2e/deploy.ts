import { randomBytes, createHash } from 'node:crypto';
import {
  CoreV1Api,
  KubernetesObjectApi,
  PatchStrategy,
  type KubernetesObject,
} from '@kubernetes/client-node';
import { stringify } from 'yaml';
import type { TestCluster } from './cluster.ts';
import type { Images } from './images.ts';
import { readManifest, withImages } from './manifests.ts';
import { waitFor } from './waiting.ts';
import { slackIdentity, slackChannel, slackObjects } from './slack-pod.ts';

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

/** Applies deploy/ as a user would (remediate mode, flannel, a canary in the workload namespace), with a Slack stand-in beside it. */
export async function deploy(cluster: TestCluster, images: Images): Promise<Deployment> {
  const approverToken = randomBytes(24).toString('hex');
  const slackControlToken = randomBytes(24).toString('hex');
  const files = [
    'base/namespace.yaml',
    'base/coordinator-rbac.yaml',
    'base/coordinator.yaml',
    'base/agent.yaml',
    'remediate/executor-rbac.yaml',
    'remediate/executor.yaml',
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
  const host = await slackHost(cluster);
  const settings = settingsObjects(approverToken, `http://${host.address}:${slackPort}/api/`);
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
  // What an interrupted run left would be half replaced only: keys and tokens are new each time.
  await removeAll(cluster, objects);
  const api = KubernetesObjectApi.makeApiClient(cluster.kubeConfig);
  for (const object of objects) {
    await api.patch(object, undefined, undefined, fieldManager, true, PatchStrategy.ServerSideApply);
  }
  return { namespace, canaryNamespace, approverToken, slackControlToken, slackPort, objects };
}

/** What kustomize's `namespace:` does. */
function inNamespace(object: KubernetesObject, name: string): KubernetesObject {
  return { ...object, metadata: Object.assign({}, object.metadata, { namespace: name }) };
}

/** Removes everything, newest first; what is not there any more is fine. */
export async function undeploy(cluster: TestCluster, deployment: Deployment): Promise<void> {
  await removeAll(cluster, deployment.objects);
}

async function removeAll(cluster: TestCluster, objects: readonly KubernetesObject[]): Promise<void> {
  const api = KubernetesObjectApi.makeApiClient(cluster.kubeConfig);
  for (const object of objects.toReversed()) {
    await api.delete(object).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
  }
  const core = cluster.kubeConfig.makeApiClient(CoreV1Api);
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

function settingsObjects(
  approverToken: string,
  slackApiUrl: string,
): (KubernetesObject & Record<string, unknown>)[] {
  const key = (): string => randomBytes(32).toString('hex');
  const redisPassword = key();
  const sha256 = createHash('sha256').update(approverToken).digest('hex');
  return [
    secret('pathmedic-keys', {
      'redis-password': redisPassword,
      'redis-auth.conf': `requirepass ${redisPassword}\n`,
      'approval-key': key(),
      'console-key': key(),
    }),
    secret('pathmedic-principals', {
      'principals.yaml': stringify({
        principals: [
          {
            name: 'ana',
            roles: ['viewer', 'approver'],
            consoleTokenSha256: sha256,
            slack: slackIdentity('ana'),
          },
        ],
      }),
    }),
    secret('pathmedic-slack', {
      PATHMEDIC_SLACK_BOT_TOKEN: 'xoxb-stand-in',
      PATHMEDIC_SLACK_APP_TOKEN: 'xapp-stand-in',
      PATHMEDIC_SLACK_CHANNEL: slackChannel,
    }),
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'pathmedic', namespace },
      data: {
        PATHMEDIC_CLUSTER_NAME: 'lab',
        PATHMEDIC_PUBLIC_URL: 'http://pathmedic.lab.test:8470',
        PATHMEDIC_MODE: 'remediate',
        PATHMEDIC_EXTERNAL_NAME: 'external.lab.test.',
        PATHMEDIC_SLACK_API_URL: slackApiUrl,
      },
    },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'pathmedic-agent', namespace },
      data: agentLimits,
    },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'pathmedic-agent', namespace: canaryNamespace },
      data: agentLimits,
    },
  ];
}

/** The lab's addresses are in the range for benchmarks (RFC 2544), which agents do not probe unless told. */
const agentLimits = { PATHMEDIC_ALLOWED_CIDRS: '10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,198.18.0.0/15' };

function secret(
  name: string,
  stringData: Record<string, string>,
): KubernetesObject & Record<string, unknown> {
  return { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata: { name, namespace }, stringData };
}

/** Slack is outside of the cluster in life: a node's own network, on the control-plane node, which no fault of the tests touches. */
async function slackHost(cluster: TestCluster): Promise<{ node: string; address: string }> {
  const { items } = await cluster.kubeConfig.makeApiClient(CoreV1Api).listNode();
  const node =
    items.find((n) => n.metadata?.labels?.['node-role.kubernetes.io/control-plane'] !== undefined) ??
    items[0];
  const address = node?.status?.addresses?.find((a) => a.type === 'InternalIP')?.address;
  const name = node?.metadata?.name;
  if (name === undefined || address === undefined)
    throw new Error('no node with an address for the Slack stand-in');
  return { node: name, address };
}
