import { CoreV1Api, type KubeConfig } from '@kubernetes/client-node';
import { IncidentList, IncidentView, Overview } from '@pathmedic/shared/contract/console.ts';
import { z } from 'zod';
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
  /** The approver decides in the console. */
  approveInConsole(id: string, proposalId: string): Promise<void>;
  /** The write-up of an incident, Markdown. */
  writeUp(id: string): Promise<string>;
  /** Slack answers nobody for so long, from a moment after this. */
  slackDown(forMs: number): Promise<void>;
  close(): Promise<void>;
}

/** Opens ways to the coordinator and to the Slack stand-in; each call finds the present pod again when it was replaced. */
export async function openProduct(
  cluster: { kubeConfig: KubeConfig },
  deployment: Deployment,
): Promise<Product> {
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

  async function call(path: string, body?: object): Promise<Response> {
    const response = await fetch(`${await coordinatorUrl()}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${deployment.approverToken}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response;
  }
  const get = async (path: string): Promise<unknown> => (await call(path)).json();

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
    approveInConsole: async (id, proposalId) =>
      void (await call(`/v1/incidents/${id}/decisions`, { proposalId, decision: 'approved' })),
    writeUp: async (id) => (await call(`/v1/incidents/${id}/report.md`)).text(),
    slackDown: async (forMs) => void (await control('down', { forMs })),
    async close() {
      await coordinator?.forward.close();
      await slack.close();
    },
  };
}
