import type { IncidentPage } from '@pathmedic/shared/contract/console.ts';
import type { Principal } from '../domain/principal.ts';
import { incidentPage } from '../messages/console-view.ts';
import type { LoadedIncident } from '../ports/incident-store.ts';
import type { HttpDeps } from './http-deps.ts';

/** The page of an incident as that person sees it now. */
export function pageFor(
  deps: Pick<HttpDeps, 'principals' | 'passGapMs' | 'network' | 'facts'>,
  loaded: LoadedIncident,
  principal: Principal,
  nowMs: number,
): IncidentPage {
  return incidentPage(loaded, {
    principal,
    approvers: deps.principals.approvers,
    nowMs,
    passGapMs: deps.passGapMs,
    network: deps.network(),
    facts: deps.facts?.() ?? null,
  });
}
