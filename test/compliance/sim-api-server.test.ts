import { createClientNodeTransport } from '@pathmedic/coordinator/adapters/kubernetes/client-node-transport.ts';
import { systemClock } from '@pathmedic/shared/runtime/clock.ts';
import { describe } from 'vitest';
import { createSimApiServer } from '../sim/apiserver/sim-api-server.ts';
import type { ApiServerUnderTest } from './api-under-test.ts';
import { describeCluster } from './cluster.suite.ts';
import { describeLeases } from './leases.suite.ts';

async function simulated(): Promise<ApiServerUnderTest> {
  const server = createSimApiServer();
  await server.start();
  const admin = server.identities.addUser({ username: 'admin', groups: ['system:masters'] });
  const nobody = server.identities.addUser({ username: 'nobody' });
  const transport = (token: string) => createClientNodeTransport(server.kubeConfig(token), systemClock).send;
  server.system.create('nodes', { metadata: { name: 'node1' } }, 'set-up');
  return {
    name: 'simulated API server',
    admin: transport(admin),
    nobody: transport(nobody),
    forgetHistory: () => server.compact(),
    podWithLog(namespace, name, lines) {
      const pod = {
        metadata: { name, namespace },
        spec: { nodeName: 'node1', containers: [{ name: 'main', image: 'registry.test/main:1' }] },
      };
      const created = server.system.create('pods', pod, 'set-up');
      server.setPodLogs({
        read: (_, container, previous) =>
          previous || container !== 'main'
            ? { type: 'no-previous' }
            : { type: 'lines', lines: lines.map((text) => ({ atMs: Date.now(), text })) },
      });
      return Promise.resolve({ uid: created.metadata.uid, node: 'node1' });
    },
    boundToken: (namespace, pod, audience) =>
      Promise.resolve(
        server.identities.issueToken({ namespace, serviceAccount: 'default', pod, audiences: [audience] }),
      ),
    close: () => server.stop(),
  };
}

describe('on the simulated API server', () => {
  describeCluster(simulated);
  describeLeases(simulated);
});
