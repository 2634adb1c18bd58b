import { CoreV1Api } from '@kubernetes/client-node';
import { IncidentList, IncidentView, Overview } from '@pathmedic/shared/contract/console.ts';
import { z } from 'zod';
import type { TestCluster } from './cluster.ts';
import type { Deployment } from './deploy.ts';
import { forwardTo, type Forward } from './port-forward.ts';

const SlackMessages = z.array(
  z.object({
    ts: z.string(),
    threadTs: z.string().optional(),
    text: z.string(),
    blocks: z.array(z.record(z.string(), z.unknown())),
  }),
);
export type SlackMessages = z.infer<typeof SlackMessages>;

/** The running product as its users reach it: the API with a person's token, and the Slack channel. */
export interface Product {
  overview(): Promise<Overview>;
  incidents(): Promise<IncidentList>;
  incident(id: string): Promise<IncidentView>;
  channel(): Promise<SlackMessages>;
  /** A person clicks a button of a message. */
  click(user: string, ts: string, actionId: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens ways to the coordinator and to the Slack stand-in; each call finds the present pod again when it was replaced. */
export async function openProduct(cluster: TestCluster, deployment: Deployment): Promise<Product> {
  const core = cluster.kubeConfig.makeApiClient(CoreV1Api);
  let coordinator: { pod: string; forward: Forward } | null = null;

  async function coordinatorUrl(): Promise<string> {
    const { items } = await core.listNamespacedPod({
      namespace: deployment.namespace,
      labelSelector: 'app.kubernetes.io/component=coordinator',
    });
    const running = items.find(
      (p) => p.status?.phase === 'Running' && p.metadata?.deletionTimestamp === undefined,
    );
    const pod = running?.metadata?.name;
    if (pod === undefined) throw new Error('no coordinator pod is running');
    if (coordinator?.pod !== pod) {
      await coordinator?.forward.close();
      coordinator = { pod, forward: await forwardTo(cluster.kubeConfig, deployment.namespace, pod, 8470) };
    }
    return coordinator.forward.url;
  }

  const slack = await forwardTo(
    cluster.kubeConfig,
    deployment.namespace,
    'slack-stand-in',
    deployment.slackPort,
  );

  async function get(path: string): Promise<unknown> {
    const response = await fetch(`${await coordinatorUrl()}${path}`, {
      headers: { authorization: `Bearer ${deployment.approverToken}` },
      signal: AbortSignal.timeout(10_000),
    });
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  async function control(what: string, body?: object): Promise<unknown> {
    const response = await fetch(`${slack.url}/_control/${what}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${deployment.slackControlToken}`,
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
    if (!response.ok) throw new Error(`Slack stand-in ${what}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  return {
    overview: async () => Overview.parse(await get('/v1/overview')),
    incidents: async () => IncidentList.parse(await get('/v1/incidents')),
    incident: async (id) => IncidentView.parse(await get(`/v1/incidents/${id}`)),
    channel: async () => SlackMessages.parse(await control('messages')),
    click: async (user, ts, actionId) =>
      void (await control('click', { user, ts, actionId, confirm: 'accept' })),
    async close() {
      await coordinator?.forward.close();
      await slack.close();
    },
  };
}
