import { createHash } from 'node:crypto';
import type { AgentIdentity } from '@pathmedic/shared/contract/identity.ts';
import type { Cluster, TokenReviewResult } from '../ports/cluster.ts';

/** An agent as the API server vouches for it. */
export interface AuthenticatedAgent {
  namespace: string;
  podName: string;
  podUid: string;
  node: string;
}

export type AgentAuthResult =
  | { ok: true; agent: AuthenticatedAgent }
  | {
      ok: false;
      reason: 'invalid' | 'wrong-audience' | 'not-an-agent' | 'no-pod' | 'no-node' | 'unavailable';
      detail: string;
    };

export interface AgentAuth {
  /** Never throws; `unavailable` means ask again. */
  authenticate(token: string, nowMs: number): Promise<AgentAuthResult>;
}

export interface AgentAuthDeps {
  cluster: Pick<Cluster, 'reviewToken' | 'facts' | 'synced'>;
  audience: string;
  /** Service account of the agents: this name in `namespace`, and for canaries in any namespace. */
  serviceAccount: string;
  namespace: string;
  /** Tokens remembered at the same time; two a node and some. 20 000 unless given. */
  maxRemembered?: number;
}

interface Remembered {
  result: AgentAuthResult;
  untilMs: number;
}

const acceptedTtlMs = 5 * 60_000;
/** A refused token is asked about again soon: clocks and caches of the API server settle. */
const refusedTtlMs = 10_000;
const sweepEveryMs = 15_000;

/**
 * Says who an agent is from its projected token, by TokenReview. Answers are remembered by the token's hash for at most
 * 5 min and forgotten when the pod is gone. The node comes from the token's claim (Kubernetes 1.32 and later), below that
 * from the pod with the token's pod UID.
 */
export function createAgentAuth(deps: AgentAuthDeps): AgentAuth {
  const remembered = new Map<string, Remembered>();
  const underWay = new Map<string, Promise<AgentAuthResult>>();
  const maxRemembered = deps.maxRemembered ?? 20_000;
  let sweptAtMs = 0;

  function sweep(nowMs: number): void {
    if (nowMs - sweptAtMs < sweepEveryMs) return;
    sweptAtMs = nowMs;
    const alive = deps.cluster.synced()
      ? new Set(deps.cluster.facts().pods.map((pod) => pod.meta.uid))
      : null;
    for (const [hash, { result, untilMs }] of remembered) {
      const gone = result.ok && alive !== null && !alive.has(result.agent.podUid);
      if (gone || nowMs >= untilMs) remembered.delete(hash);
    }
  }

  function remember(hash: string, result: AgentAuthResult, nowMs: number): void {
    if (!result.ok && result.reason === 'unavailable') return;
    remembered.delete(hash);
    remembered.set(hash, { result, untilMs: nowMs + (result.ok ? acceptedTtlMs : refusedTtlMs) });
    const oldest = remembered.keys().next();
    if (remembered.size > maxRemembered && oldest.done !== true) remembered.delete(oldest.value);
  }

  async function review(token: string): Promise<AgentAuthResult> {
    try {
      return judgeReview(await deps.cluster.reviewToken(token, deps.audience), deps);
    } catch (error) {
      const detail = error instanceof Error ? error.message : 'the token could not be reviewed';
      return { ok: false, reason: 'unavailable', detail };
    }
  }

  return {
    async authenticate(token, nowMs) {
      sweep(nowMs);
      const hash = createHash('sha256').update(token).digest('base64');
      const known = remembered.get(hash);
      if (known !== undefined && nowMs < known.untilMs) return known.result;
      // Many requests with one new token cost one review.
      const running = underWay.get(hash) ?? review(token).finally(() => underWay.delete(hash));
      underWay.set(hash, running);
      const result = await running;
      remember(hash, result, nowMs);
      return result;
    },
  };
}

function judgeReview(
  review: TokenReviewResult,
  deps: Pick<AgentAuthDeps, 'cluster' | 'serviceAccount' | 'namespace'>,
): AgentAuthResult {
  if (!review.ok) return review;
  const { namespace, serviceAccount, podName, podUid } = review;
  if (serviceAccount !== deps.serviceAccount)
    return refused('not-an-agent', `the token belongs to ${namespace}/${serviceAccount}`);
  if (podName === null || podUid === null) return refused('no-pod', 'the token is not bound to a pod');
  const pod = deps.cluster.facts().pods.find(({ meta }) => meta.uid === podUid);
  // Outside of our own namespace only canaries report, and only if the cluster knows them as such.
  const canary = pod?.meta.labels['app.kubernetes.io/component'] === 'canary';
  if (namespace !== deps.namespace && !canary)
    return refused('not-an-agent', `${namespace}/${podName} is not known as a canary`);
  const node = review.nodeName ?? (pod === undefined || pod.nodeName === '' ? null : pod.nodeName);
  if (node === null) return refused('no-node', `the node of ${namespace}/${podName} is not known yet`);
  return { ok: true, agent: { namespace, podName, podUid, node } };
}

function refused(reason: 'not-an-agent' | 'no-pod' | 'no-node', detail: string): AgentAuthResult {
  return { ok: false, reason, detail };
}

/** Names the first thing in which a report's own words differ from what the API server vouches for; null when they agree. */
export function identityMismatch(
  said: Pick<AgentIdentity, 'node' | 'namespace' | 'podName' | 'podUid'>,
  agent: AuthenticatedAgent,
): 'node' | 'namespace' | 'podName' | 'podUid' | null {
  if (said.podUid !== agent.podUid) return 'podUid';
  if (said.node !== agent.node) return 'node';
  if (said.namespace !== agent.namespace) return 'namespace';
  return said.podName === agent.podName ? null : 'podName';
}
