import type { KubernetesObject } from '@kubernetes/client-node';
import { stableId } from '../slack/workspace.ts';

export const slackTeam = 'T000STANDIN';
export const slackChannel = stableId('C', 'cluster-alerts');

/** Slack identity of a person of the stand-in, as a principal lists it. */
export function slackIdentity(name: string): { team: string; user: string } {
  return { team: slackTeam, user: stableId('U', name) };
}

/** The Slack stand-in as a pod on a node's own network. */
export function slackObjects(options: {
  image: string;
  namespace: string;
  node: string;
  address: string;
  port: number;
  controlToken: string;
}): (KubernetesObject & Record<string, unknown>)[] {
  const labels = { app: 'slack-stand-in' };
  return [
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'slack-stand-in', namespace: options.namespace, labels },
      spec: {
        nodeName: options.node,
        hostNetwork: true,
        restartPolicy: 'Always',
        terminationGracePeriodSeconds: 1,
        tolerations: [{ operator: 'Exists' }],
        containers: [
          {
            name: 'slack',
            image: options.image,
            imagePullPolicy: 'IfNotPresent',
            // Forwarded connections come over loopback, the product's over the node's address.
            args: [
              '--host',
              '0.0.0.0',
              '--port',
              String(options.port),
              '--public-url',
              `http://${options.address}:${options.port}`,
            ],
            env: [{ name: 'SLACK_STAND_IN_CONTROL_TOKEN', value: options.controlToken }],
            readinessProbe: {
              httpGet: { path: '/healthz', port: options.port, host: options.address },
              periodSeconds: 1,
            },
          },
        ],
      },
    },
  ];
}
