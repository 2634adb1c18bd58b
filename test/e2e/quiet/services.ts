import { pause } from '../waiting.ts';
import { quietCase } from './quiet-case.ts';

const namespace = 'app';
const name = 'comes-and-goes';
const rounds = 3;

/** A Service of the workload namespace whose only pods are there at times. */
const objects = JSON.stringify({
  apiVersion: 'v1',
  kind: 'List',
  items: [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace },
      spec: { selector: { app: name }, ports: [{ port: 80, targetPort: 8080 }] },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: name } },
        template: {
          metadata: { labels: { app: name } },
          spec: {
            terminationGracePeriodSeconds: 1,
            containers: [{ name: 'echo', image: 'lab.test/tools:1', command: ['labkit', 'pause'] }],
          },
        },
      },
    },
  ],
});

/** Services whose endpoints change. */
export const serviceCases = [
  quietCase({
    name: 'quiet-endpoints-come-and-go',
    about: 'a workload is scaled up and down, so that its Service has endpoints at times',
    async disturb({ bed: { lab, signal } }) {
      await lab.kubectl(['apply', '-f', '-'], { input: objects });
      for (let round = 0; round < rounds; round += 1) {
        await lab.kubectl(['-n', namespace, 'scale', `deployment/${name}`, '--replicas=2']);
        await lab.kubectl(['-n', namespace, 'rollout', 'status', `deployment/${name}`, '--timeout=60s']);
        await pause(10_000, signal);
        await lab.kubectl(['-n', namespace, 'scale', `deployment/${name}`, '--replicas=0']);
        await pause(10_000, signal);
      }
    },
    restore: async ({ bed: { lab } }) =>
      void (await lab.kubectl([
        '-n',
        namespace,
        'delete',
        `deployment/${name}`,
        `service/${name}`,
        '--ignore-not-found',
      ])),
  }),
];
