import { sleep, type Clock } from '@pathmedic/shared/runtime/clock.ts';
import type { ApiClient } from './api-client.ts';
import { trimEndpointSlice } from './trim/endpoint-slice.ts';
import { apiServersOf } from './watch/api-servers.ts';

/** The API server keeps this one itself. */
const path = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes';
const everyMs = 15_000;

/**
 * For a role without a watch: asks now and then where the API server is, so that there is another way when its Service does
 * not work; and by asking finds out that it does not before something depends on it. A failure tells nothing new: what is
 * known stays. Resolves when `signal` aborts.
 */
export async function learnApiServers(
  deps: { api: Pick<ApiClient, 'json'>; clock: Clock; learn: (servers: readonly string[]) => void },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const answer = await deps.api.json({ method: 'GET', path, signal });
    const slice = answer.type === 'ok' ? trimEndpointSlice(answer.value) : null;
    const servers = slice === null ? [] : apiServersOf([slice]);
    if (servers.length > 0) deps.learn(servers);
    await sleep(deps.clock, everyMs, signal).catch(() => undefined);
  }
}
