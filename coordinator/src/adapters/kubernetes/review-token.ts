import type { TokenReviewResult } from '../../ports/cluster.ts';
import { describeFailure, type ApiClient } from './api-client.ts';
import { fieldsOf, listOf, textOf, textsOf } from './trim/json-fields.ts';

const claim = 'authentication.kubernetes.io';

/** Asks the API server who holds a token, for one audience. Remembering the answer is the caller's business. */
export async function reviewToken(
  api: ApiClient,
  token: string,
  audience: string,
): Promise<TokenReviewResult> {
  const answer = await api.json({
    method: 'POST',
    path: '/apis/authentication.k8s.io/v1/tokenreviews',
    body: JSON.stringify({
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      spec: { token, audiences: [audience] },
    }),
  });
  if (answer.type !== 'ok') return { ok: false, reason: 'unavailable', detail: describeFailure(answer) };
  return reviewResult(fieldsOf(fieldsOf(answer.value)['status']), audience);
}

function reviewResult(status: Readonly<Record<string, unknown>>, audience: string): TokenReviewResult {
  if (status['authenticated'] !== true) return refusedReview(textOf(status['error']), audience);
  // An API server that does not know audiences answers without them: the token was then checked for none.
  if (!textsOf(status['audiences']).includes(audience)) {
    return { ok: false, reason: 'wrong-audience', detail: `the token is not for ${audience}` };
  }
  const user = fieldsOf(status['user']);
  const username = textOf(user['username']);
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(username);
  if (account === null) return { ok: false, reason: 'invalid', detail: `${username} is no service account` };
  const extra = fieldsOf(user['extra']);
  const first = (name: string): string | null => textOf(listOf(extra[`${claim}/${name}`])[0]) || null;
  return {
    ok: true,
    username,
    namespace: account[1] ?? '',
    serviceAccount: account[2] ?? '',
    podName: first('pod-name'),
    podUid: first('pod-uid'),
    nodeName: first('node-name'),
  };
}

function refusedReview(error: string, audience: string): TokenReviewResult {
  const detail = error === '' ? 'the token is not valid' : error;
  return /audience/i.test(error)
    ? { ok: false, reason: 'wrong-audience', detail: `not for ${audience}: ${detail}` }
    : { ok: false, reason: 'invalid', detail };
}
