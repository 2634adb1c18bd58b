import { IncidentList, Overview } from '@pathmedic/shared/contract/console.ts';
import { waitUntil } from '../machine/waiting.ts';
import type { ProductAccess } from './deploy-product.ts';

const quietMs = 240_000;

/** No open incident, no silent agent, no failing path, and paths that are healthy. @throws with what is not */
export async function untilQuiet(access: ProductAccess, signal: AbortSignal): Promise<void> {
  const get = async (path: string): Promise<unknown> => {
    const answer = await fetch(`${access.consoleUrl}${path}`, {
      headers: { authorization: `Bearer ${access.token}` },
      signal: AbortSignal.timeout(10_000),
    });
    if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  await waitUntil(
    'all to be quiet',
    quietMs,
    async () => {
      const { network, pause } = Overview.parse(await get('/v1/overview'));
      const { open } = IncidentList.parse(await get('/v1/incidents'));
      if (network === null) throw new Error('nothing is known of the network yet');
      const { silentAgents, pathsFailing, pathsHealthy } = network;
      if (!pause.paused && silentAgents + pathsFailing + open.length === 0 && pathsHealthy > 0) return true;
      const titles = open.map(({ title }) => title).join(', ');
      throw new Error(
        `${JSON.stringify(network)}; ${JSON.stringify(pause)}; open: ${titles === '' ? 'none' : titles}`,
      );
    },
    { everyMs: 1000, signal },
  );
}
