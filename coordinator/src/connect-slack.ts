import type { CoordinatorParts } from './coordinator-app.ts';
import type { OnSlackRequest } from './http/http-deps.ts';

/** Slack as the coordinator uses it. */
export interface ConnectedSlack {
  /** Brings one incident's messages up to date. */
  deliver(incidentId: string): Promise<void>;
  onSlackRequest: OnSlackRequest;
  close(): Promise<void>;
}

/** Null when Slack is not configured: then only the console tells. */
export async function connectSlack(parts: CoordinatorParts): Promise<ConnectedSlack | null> {
  if (parts.config.PATHMEDIC_SLACK_CHANNEL === undefined) return null;
  throw new Error('Slack is being wired');
}
