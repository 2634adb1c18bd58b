import { describe, expect, it } from 'vitest';
import { silentLogger } from '@pathmedic/shared/runtime/logger.ts';
import { createVirtualClock } from '@pathmedic/shared/runtime/virtual-clock.ts';
import type { CallResult, CoordinatorClient } from '../coordinator-client/client.ts';
import { createPlanner, type FetchResult } from './planner.ts';

const identity = {
  node: 'node1',
  mode: 'pod',
  namespace: 'pathmedic',
  podName: 'agent-1',
  podUid: 'uid-1',
  bootId: '0123456789abcdef',
} as const;

const plan = {
  schema: 1,
  version: 'v1',
  node: 'node1',
  mode: 'pod',
  windowMs: 5000,
  keys: [{ id: 'k1', secret: 'secret-secret-secret' }],
  probes: [],
  checks: [],
};

function plannerWith(answers: CallResult[]) {
  const clock = createVirtualClock();
  const results: FetchResult[] = [];
  const client: Pick<CoordinatorClient, 'call'> = {
    call: () => Promise.resolve(answers.shift() ?? { kind: 'unreachable', reason: 'no more answers' }),
  };
  const planner = createPlanner({
    clock,
    // The longest back-off.
    random: () => 0.999,
    logger: silentLogger(),
    client: client as CoordinatorClient,
    cache: { load: () => null, store: () => undefined },
    identity,
    onPlan: () => undefined,
    onResult: (result) => results.push(result),
  });
  return { planner, results };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the plan of an agent that could not reach its coordinator', () => {
  it('is fetched as soon as the coordinator answers a report, not after the back-off', async () => {
    const { planner, results } = plannerWith([
      { kind: 'unreachable', reason: 'ECONNREFUSED' },
      { kind: 'ok', status: 200, json: plan },
    ]);
    planner.start();
    await turn();
    planner.wants('v1');
    await turn();
    expect(results).toEqual(['unreachable', 'applied']);
    expect(planner.version()).toBe('v1');
  });

  it('waits as long as a coordinator asked that sheds', async () => {
    const { planner, results } = plannerWith([
      { kind: 'shed', afterMs: 60_000 },
      { kind: 'ok', status: 200, json: plan },
    ]);
    planner.start();
    await turn();
    planner.wants('v1');
    await turn();
    expect(results).toEqual(['shed']);
    await planner.stop();
  });
});
