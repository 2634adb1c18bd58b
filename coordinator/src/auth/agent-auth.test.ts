import { describe, expect, it } from 'vitest';
import type { Cluster, TokenReviewResult } from '../ports/cluster.ts';
import { createAgentAuth, identityMismatch } from './agent-auth.ts';

const vouched: Extract<TokenReviewResult, { ok: true }> = {
  ok: true,
  username: 'system:serviceaccount:pathmedic:pathmedic-agent',
  namespace: 'pathmedic',
  serviceAccount: 'pathmedic-agent',
  podName: 'agent-1',
  podUid: 'uid-1',
  nodeName: 'node1',
};

interface Pod {
  uid: string;
  node: string;
  component?: string;
}

function agentAuth(review: TokenReviewResult | (() => Promise<TokenReviewResult>), pods: Pod[] = []) {
  let reviews = 0;
  const cluster = {
    synced: () => true,
    facts: () =>
      ({
        pods: pods.map(({ uid, node, component }) => ({
          meta: { uid, labels: component === undefined ? {} : { 'app.kubernetes.io/component': component } },
          nodeName: node,
        })),
      }) as unknown as ReturnType<Cluster['facts']>,
    reviewToken: () => {
      reviews += 1;
      return typeof review === 'function' ? review() : Promise.resolve(review);
    },
  };
  const auth = createAgentAuth({
    cluster,
    audience: 'pathmedic',
    serviceAccount: 'pathmedic-agent',
    namespace: 'pathmedic',
  });
  const outcome = async (nowMs = 0, token = 't') => {
    const result = await auth.authenticate(token, nowMs);
    return result.ok ? result.agent.node : result.reason;
  };
  return { outcome, reviews: () => reviews };
}

describe('who an agent is', () => {
  it('comes from the token: node by its claim, else by the pod with its UID', async () => {
    expect(await agentAuth(vouched).outcome()).toBe('node1');
    const old = { ...vouched, nodeName: null };
    expect(await agentAuth(old, [{ uid: 'uid-1', node: 'node7' }]).outcome()).toBe('node7');
    expect(await agentAuth(old, [{ uid: 'uid-2', node: 'node7' }]).outcome()).toBe('no-node');
    expect(await agentAuth({ ...vouched, podUid: null }).outcome()).toBe('no-pod');
  });

  it('has to be the service account of the agents, elsewhere only as a canary the cluster knows', async () => {
    expect(await agentAuth({ ...vouched, serviceAccount: 'default' }).outcome()).toBe('not-an-agent');
    const shop = { ...vouched, namespace: 'shop' };
    expect(await agentAuth(shop, [{ uid: 'uid-1', node: 'node1' }]).outcome()).toBe('not-an-agent');
    expect(await agentAuth(shop, [{ uid: 'uid-1', node: 'node1', component: 'canary' }]).outcome()).toBe(
      'node1',
    );
  });

  it('is asked once for many requests, for five minutes, and again when the pod is gone', async () => {
    const pods = [{ uid: 'uid-1', node: 'node1' }];
    const { outcome, reviews } = agentAuth(vouched, pods);
    await Promise.all([outcome(), outcome(), outcome()]);
    await outcome(4 * 60_000);
    expect(reviews()).toBe(1);
    await outcome(5 * 60_000);
    expect(reviews()).toBe(2);
    pods.length = 0;
    await outcome(5 * 60_000 + 20_000);
    expect(reviews()).toBe(3);
  });

  it('is not known while the API server does not answer, and that is not remembered', async () => {
    let broken = true;
    const { outcome } = agentAuth(() =>
      broken ? Promise.reject(new Error('connect ECONNREFUSED')) : Promise.resolve(vouched),
    );
    expect(await outcome()).toBe('unavailable');
    broken = false;
    expect(await outcome()).toBe('node1');
  });

  it('is remembered as refused only for a moment', async () => {
    const { outcome, reviews } = agentAuth({ ok: false, reason: 'invalid', detail: 'expired' });
    expect(await outcome(0)).toBe('invalid');
    expect(await outcome(9_999)).toBe('invalid');
    expect(reviews()).toBe(1);
    await outcome(10_000);
    expect(reviews()).toBe(2);
  });
});

it('a report that says it is somebody else is found out, field by field', () => {
  const agent = { namespace: 'pathmedic', podName: 'agent-1', podUid: 'uid-1', node: 'node1' };
  expect(identityMismatch(agent, agent)).toBeNull();
  for (const field of ['namespace', 'podName', 'podUid', 'node'] as const)
    expect(identityMismatch({ ...agent, [field]: 'other' }, agent)).toBe(field);
});
