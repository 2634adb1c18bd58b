import { IncidentList, IncidentView, Overview } from '@pathmedic/shared/contract/console.ts';

/** The running product as a person with a token sees it. */
export interface Product {
  overview(): Promise<Overview>;
  incidents(): Promise<IncidentList>;
  incident(id: string): Promise<IncidentView>;
}

export function openProduct(url: string, token: string): Product {
  async function get(path: string): Promise<unknown> {
    const response = await fetch(`${url}${path}`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(5_000),
    });
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }
  return {
    overview: async () => Overview.parse(await get('/v1/overview')),
    incidents: async () => IncidentList.parse(await get('/v1/incidents')),
    incident: async (id) => IncidentView.parse(await get(`/v1/incidents/${id}`)),
  };
}
