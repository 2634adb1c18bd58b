import type { AgentPlan } from '@pathmedic/shared/contract/plan.ts';
import type { Report } from '@pathmedic/shared/contract/report.ts';
import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import type { Readiness } from '@pathmedic/shared/runtime/http-server.ts';
import type { Logger } from '@pathmedic/shared/runtime/logger.ts';
import type { AgentAuth, AuthenticatedAgent } from '../auth/agent-auth.ts';
import type { Principals } from '../auth/principals.ts';
import type { NetworkSnapshot } from '../domain/network.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { IncidentStore } from '../ports/incident-store.ts';
import type { Leadership } from '../ports/leadership.ts';
import type { WakeQueue } from '../ports/wake-queue.ts';
import type { PauseControl } from '../pipeline/pause-control.ts';
import type { ConsoleFiles } from './console-files.ts';

/** What happens to an accepted report; only asked while this replica leads. */
export type ReportReceipt = { ok: true; planVersion: string } | { ok: false; retryAfterMs: number };

/** Sensing as the agents' routes see it. */
export interface AgentSensing {
  /** Called with a report whose words about itself agree with its token. Answers in a few ms, or sheds. */
  receive(report: Report, agent: AuthenticatedAgent): ReportReceipt | Promise<ReportReceipt>;
  /** The plan of that agent now; null before there is one. */
  planFor(agent: AuthenticatedAgent): AgentPlan | null | Promise<AgentPlan | null>;
}

/** A request from Slack whose signature holds. `body` is as it came. */
export interface SlackRequest {
  kind: 'interactions' | 'events';
  contentType: string;
  body: Buffer;
}

/** Answered within 3 s; `body` goes back as JSON, null as an empty body. */
export type OnSlackRequest = (request: SlackRequest) => Promise<{ status: number; body: unknown }>;

export interface HttpLimits {
  /** Requests a minute of one person (or of one address, before anybody is known). */
  personPerMinute: number;
  /** Reports and plan requests a minute of one agent pod. */
  agentPerMinute: number;
  /** Open event streams of this replica, and of one person. */
  streams: number;
  streamsPerPerson: number;
  reportBytes: number;
}

export const defaultHttpLimits: HttpLimits = {
  personPerMinute: 600,
  // The shortest window is 500 ms; an agent that catches up sends a few more.
  agentPerMinute: 300,
  streams: 200,
  streamsPerPerson: 20,
  reportBytes: 1024 * 1024,
};

/** Everything the coordinator's HTTP server needs. */
export interface HttpDeps {
  logger: Logger;
  clock: Clock;
  readiness: () => Readiness;
  clusterName: string;
  /** Where people reach the console. */
  publicUrl: string;
  /** Believe the last X-Forwarded-For entry of a proxy in front. */
  trustProxy: boolean;
  store: IncidentStore;
  queue: Pick<WakeQueue, 'wake'>;
  pause: PauseControl;
  leadership: Pick<Leadership, 'leading' | 'leaderUrl'>;
  sensing: AgentSensing;
  agentAuth: AgentAuth;
  principals: Principals;
  /** Null on a replica that does not lead. */
  network: () => NetworkSnapshot | null;
  /** What the watch knows, for completing what people type. */
  facts?: Cluster['facts'];
  approvalKey: string;
  sessionKey: string;
  auditKey: string;
  passGapMs: number;
  /** An agent without a report for so long is called silent. */
  agentSilentAfterMs: number;
  slack: { signingSecret: string; onSlackRequest: OnSlackRequest } | null;
  /** Null where the console was not built. */
  console: ConsoleFiles | null;
  limits?: Partial<HttpLimits>;
  /** Told of every route as it is added: how a test walks all of them. */
  onRoute?: (method: string, url: string) => void;
}
