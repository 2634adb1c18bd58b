import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import { describeFailure, type ApiClient } from './api-client.ts';
import { claimLabels, planClaimPrefix } from './claim-names.ts';
import { fieldsOf, listOf, textOf, timeMsOf } from './trim/json-fields.ts';

export interface OldClaimsSettings {
  namespace: string;
  prefix?: string;
  /** A plan's claim is kept for so long after it was made; far beyond the time in which its approval holds. */
  keepMs?: number;
  timeoutMs?: number;
}

/** `denied`: the service account may not list or delete Leases; nothing else depends on it. */
export type OldClaimsResult =
  | { ok: true; removed: number }
  | { ok: false; reason: 'denied' | 'unavailable'; removed: number; detail: string };

const defaultKeepMs = 30 * 24 * 3_600_000;
const pageSize = 200;
/** A round takes no more than so many; the next one goes on. */
const mostAtOnce = 500;

/**
 * Removes the Leases by which old plans were claimed. A plan whose approval has long expired cannot be carried out, with
 * or without its claim. The Leases of the leader, the mutex and the epoch have other names and are never touched.
 */
export function createOldClaims(
  api: ApiClient,
  clock: Clock,
  settings: OldClaimsSettings,
): { removeOld(): Promise<OldClaimsResult> } {
  const { keepMs = defaultKeepMs, timeoutMs = 10_000 } = settings;
  const collection = `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(settings.namespace)}/leases`;
  const prefix = planClaimPrefix(settings.prefix);
  const selector = Object.entries(claimLabels).map(([key, value]) => `${key}=${value}`);

  async function page(token: string) {
    const query = new URLSearchParams({ labelSelector: selector.join(','), limit: String(pageSize) });
    if (token !== '') query.set('continue', token);
    return api.json({ method: 'GET', path: `${collection}?${query.toString()}`, timeoutMs });
  }

  /** Null when it is gone. */
  async function remove(name: string, uid: string): Promise<Extract<OldClaimsResult, { ok: false }> | null> {
    const body = JSON.stringify({ apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid } });
    const path = `${collection}/${encodeURIComponent(name)}`;
    const answer = await api.json({
      method: 'DELETE',
      path,
      contentType: 'application/json',
      body,
      timeoutMs,
    });
    if (answer.type === 'ok') return null;
    if (answer.type === 'refused' && [404, 409].includes(answer.refusal.code)) return null;
    return failed(answer, 0);
  }

  return {
    async removeOld() {
      const before = clock.nowMs() - keepMs;
      let removed = 0;
      let token = '';
      do {
        const answer = await page(token);
        if (answer.type !== 'ok') return failed(answer, removed);
        const list = fieldsOf(answer.value);
        for (const item of listOf(list['items'])) {
          const { name, uid, creationTimestamp } = fieldsOf(fieldsOf(item)['metadata']);
          const createdMs = timeMsOf(creationTimestamp);
          if (!textOf(name).startsWith(prefix) || createdMs === 0 || createdMs >= before) continue;
          if (removed >= mostAtOnce) return { ok: true, removed };
          const problem = await remove(textOf(name), textOf(uid));
          if (problem !== null) return { ...problem, removed };
          removed += 1;
        }
        token = textOf(fieldsOf(list['metadata'])['continue']);
      } while (token !== '');
      return { ok: true, removed };
    },
  };
}

function failed(
  answer: Exclude<Awaited<ReturnType<ApiClient['json']>>, { type: 'ok' }>,
  removed: number,
): Extract<OldClaimsResult, { ok: false }> {
  const denied = answer.type === 'refused' && (answer.refusal.code === 401 || answer.refusal.code === 403);
  return { ok: false, reason: denied ? 'denied' : 'unavailable', removed, detail: describeFailure(answer) };
}
