import { createClientNodeTransport } from '@pathmedic/coordinator/adapters/kubernetes/client-node-transport.ts';
import { loadKubeConfig } from '@pathmedic/coordinator/adapters/kubernetes/kube-config.ts';
import { systemClock } from '@pathmedic/shared/runtime/clock.ts';
import type { KubeConfig } from '@kubernetes/client-node';
import { describe } from 'vitest';
import { eventually } from '../support/condition.ts';
import { clientOf, type ApiServerUnderTest } from './api-under-test.ts';
import { describeCluster } from './cluster.suite.ts';
import { describeLeases } from './leases.suite.ts';

/** Kubeconfig of an administrator of a test cluster; everything happens in namespaces of this run. */
const kubeconfig = process.env['PATHMEDIC_TEST_KUBECONFIG'] ?? '';
if (kubeconfig === '') throw new Error('set PATHMEDIC_TEST_KUBECONFIG to the kubeconfig of a test cluster');
/** An image with a shell that the cluster can run. */
const image = process.env['PATHMEDIC_TEST_IMAGE'] ?? 'lab.test/tools:1';

function impersonating(config: KubeConfig, user: string): KubeConfig {
  const other = loadKubeConfig({ file: kubeconfig });
  other.loadFromOptions({
    clusters: config.getClusters(),
    users: config.getUsers().map((one) => ({ ...one, impersonateUser: user })),
    contexts: config.getContexts(),
    currentContext: config.getCurrentContext(),
  });
  return other;
}

function real(): Promise<ApiServerUnderTest> {
  const config = loadKubeConfig({ file: kubeconfig });
  const admin = createClientNodeTransport(config, systemClock).send;
  const api = clientOf(admin);

  async function read(path: string): Promise<unknown> {
    const answer = await api.json({ method: 'GET', path });
    return answer.type === 'ok' ? answer.value : null;
  }

  return Promise.resolve({
    name: 'kube-apiserver',
    admin,
    nobody: createClientNodeTransport(impersonating(config, 'nobody'), systemClock).send,
    // Its history is older than what it keeps.
    forgetHistory: () => undefined,
    async podWithLog(namespace, name, lines) {
      await eventually('the namespace has its service account', () =>
        read(`/api/v1/namespaces/${namespace}/serviceaccounts/default`),
      );
      const script = `printf '%b\\n' ${lines.map((line) => `'${line.replaceAll('\u001B', '\\033')}'`).join(' ')}; sleep 600`;
      const created = await api.json({
        method: 'POST',
        path: `/api/v1/namespaces/${namespace}/pods`,
        body: JSON.stringify({
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name },
          spec: {
            terminationGracePeriodSeconds: 0,
            containers: [
              { name: 'main', image, imagePullPolicy: 'IfNotPresent', command: ['sh', '-c', script] },
            ],
          },
        }),
      });
      if (created.type !== 'ok') throw new Error(JSON.stringify(created));
      const running = await eventually(
        'the pod runs',
        async () => {
          const pod = (await read(`/api/v1/namespaces/${namespace}/pods/${name}`)) as {
            metadata: { uid: string };
            spec: { nodeName: string };
            status: { phase: string };
          };
          return pod.status.phase === 'Running' ? pod : null;
        },
        50_000,
      );
      return { uid: running.metadata.uid, node: running.spec.nodeName };
    },
    async boundToken(namespace, pod, audience) {
      const answer = await api.json({
        method: 'POST',
        path: `/api/v1/namespaces/${namespace}/serviceaccounts/default/token`,
        body: JSON.stringify({
          apiVersion: 'authentication.k8s.io/v1',
          kind: 'TokenRequest',
          spec: {
            audiences: [audience],
            expirationSeconds: 600,
            boundObjectRef: { kind: 'Pod', apiVersion: 'v1', ...pod, node: undefined },
          },
        }),
      });
      if (answer.type !== 'ok') throw new Error(JSON.stringify(answer));
      return (answer.value as { status: { token: string } }).status.token;
    },
    close: () => Promise.resolve(),
  });
}

describe('on a real kube-apiserver', () => {
  describeCluster(real);
  describeLeases(real);
});
