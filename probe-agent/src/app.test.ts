import { expect, test } from 'vitest';
import {
  agentPlan,
  keyedProbe,
  startAgentUnderTest,
  startFakeCoordinator,
  until,
} from '../test/support/agent-bench.ts';

test('two agents probe each other over every protocol and report what they saw', async () => {
  const coordinator = await startFakeCoordinator();
  const a = await startAgentUnderTest({ node: 'node-a', address: '127.0.0.11', coordinator });
  const b = await startAgentUnderTest({ node: 'node-b', address: '127.0.0.12', coordinator });
  try {
    const to = b.addresses.responder;
    coordinator.setPlan(
      agentPlan('node-a', [
        keyedProbe('pod|tcp|node-a/pod|node-b/pod', 'tcp', '127.0.0.12', to.tcp, 'uid-node-b'),
        keyedProbe('pod|udp|node-a/pod|node-b/pod', 'udp', '127.0.0.12', to.udp, 'uid-node-b'),
        keyedProbe('pod|http|node-a/pod|node-b/pod', 'http', '127.0.0.12', to.http, 'uid-node-b'),
        keyedProbe('pod|tcp|node-a/pod|node-x/pod', 'tcp', '127.0.0.12', to.tcp, 'uid-somebody-else'),
      ]),
    );
    coordinator.setPlan(agentPlan('node-b', []));
    await until(() => {
      const counts = coordinator.countsOf('node-a');
      return (
        (counts.get('pod|tcp|node-a/pod|node-b/pod')?.ok ?? 0) > 0 &&
        (counts.get('pod|udp|node-a/pod|node-b/pod')?.ok ?? 0) > 0 &&
        (counts.get('pod|http|node-a/pod|node-b/pod')?.ok ?? 0) > 0 &&
        (counts.get('pod|tcp|node-a/pod|node-x/pod')?.failures.get('wrong-identity') ?? 0) > 0
      );
    });
    for (const [pathId, count] of coordinator.countsOf('node-a')) {
      if (pathId.endsWith('node-b/pod')) expect(count.ok).toBe(count.sent);
    }
  } finally {
    await Promise.all([a.stop(), b.stop()]);
    await coordinator.close();
  }
});
