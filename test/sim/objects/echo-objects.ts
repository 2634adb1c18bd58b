import { type NamedObject, serviceAccount } from './named-object.ts';

/** A workload: something that answers, and its Service. */
export function echoObjects(): NamedObject[] {
  const labels = { app: 'echo' };
  const ports = [
    { name: 'http', containerPort: 8080 },
    { name: 'tcp', containerPort: 7070 },
  ];
  return [
    serviceAccount('app', 'default'),
    {
      resource: 'deployments',
      object: {
        metadata: { name: 'echo', namespace: 'app', labels },
        spec: {
          replicas: 3,
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: { containers: [{ name: 'echo', image: 'registry.example.com/echo:1.4', ports }] },
          },
        },
      },
    },
    {
      resource: 'services',
      object: {
        metadata: { name: 'echo', namespace: 'app' },
        spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
      },
    },
  ];
}
