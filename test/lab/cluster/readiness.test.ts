import { expect, it } from 'vitest';
import { unreadyNodes, unreadyWorkloads } from './readiness.ts';

function node(name: string, status: string, lastHeartbeatTime?: string) {
  const condition = {
    type: 'Ready',
    status,
    ...(lastHeartbeatTime === undefined ? {} : { lastHeartbeatTime }),
  };
  return { metadata: { name }, status: { conditions: [condition] } };
}

it('waits for nodes that are not there, not Ready, or were Ready before they were started', () => {
  const answer = JSON.stringify({
    items: [
      node('node1', 'True', '2026-01-01T00:00:10Z'),
      node('node2', 'False'),
      { metadata: { name: 'node3' }, status: {} },
    ],
  });
  expect(unreadyNodes(answer, ['node1', 'node2', 'node3', 'node4'])).toEqual(['node2', 'node3', 'node4']);
  expect(unreadyNodes(answer, ['node1'], Date.parse('2026-01-01T00:00:10.700Z'))).toEqual([]);
  expect(unreadyNodes(answer, ['node1'], Date.parse('2026-01-01T00:00:11.000Z'))).toEqual(['node1']);
});

function workload(name: string, spec: object, status: object) {
  return {
    metadata: { namespace: 'a', name, generation: 2 },
    spec,
    status: { observedGeneration: 2, ...status },
  };
}

it('waits for workloads on every node, seen by their controller, and only for those that are wanted', () => {
  const perNode = { desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 2 };
  const answer = JSON.stringify({
    items: [
      workload('done', {}, perNode),
      workload('late', {}, { ...perNode, observedGeneration: 1 }),
      workload('deployed', { replicas: 2 }, { updatedReplicas: 2, availableReplicas: 1 }),
      workload('other', { replicas: 2 }, {}),
    ],
  });
  const wanted = ['a/done', 'a/late', 'a/deployed'];
  expect(unreadyWorkloads(answer, wanted, 2)).toEqual(['a/late 2/2', 'a/deployed 1/2']);
  // A third node has just come, which the DaemonSet's own count does not know.
  expect(unreadyWorkloads(answer, ['a/done'], 3)).toEqual(['a/done 2/3']);
});
