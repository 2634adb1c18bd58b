import type { FastifyInstance, FastifyReply } from 'fastify';
import { AgentIdentity } from '@pathmedic/shared/contract/identity.ts';
import { leaderHeader, Report } from '@pathmedic/shared/contract/report.ts';
import type { ReportAccepted } from '@pathmedic/shared/contract/report.ts';
import { parseRequest } from '@pathmedic/shared/runtime/http-errors.ts';
import type { AuthenticatedAgent } from '../auth/agent-auth.ts';
import { identityMismatch } from '../auth/agent-auth.ts';
import { agentOf } from './caller.ts';
import { apiError } from './errors.ts';
import type { HttpDeps, HttpLimits } from './http-deps.ts';

type AgentDeps = Pick<HttpDeps, 'leadership' | 'sensing'> & { limits: HttpLimits };

const PlanQuery = AgentIdentity.pick({
  node: true,
  mode: true,
  namespace: true,
  podName: true,
  podUid: true,
});

/**
 * What agents call: reports in, plans out. Only the sensing leader takes part; it tells its own address, so that agents
 * still find it where neither Services nor DNS work any more.
 */
export function addAgentRoutes(server: FastifyInstance, deps: AgentDeps): void {
  function assertLeading(reply: FastifyReply): void {
    const leader = deps.leadership.leaderUrl();
    if (deps.leadership.leading()) {
      if (leader !== null) void reply.header(leaderHeader, leader);
      return;
    }
    throw apiError('NOT_LEADING', { extensions: { leader } });
  }

  function assertSame(said: Parameters<typeof identityMismatch>[0], agent: AuthenticatedAgent): void {
    const field = identityMismatch(said, agent);
    if (field !== null) throw apiError('AGENT_MISMATCH', { detail: `${field} differs from the token's` });
  }

  const rateLimit = { max: deps.limits.agentPerMinute };
  const reportOptions = { config: { access: 'agent', rateLimit }, bodyLimit: deps.limits.reportBytes };
  server.post('/v1/reports', reportOptions, async (request, reply): Promise<ReportAccepted> => {
    assertLeading(reply);
    const agent = agentOf(request);
    const report = parseRequest(Report, request.body);
    assertSame(report.agent, agent);
    const receipt = await deps.sensing.receive(report, agent);
    if (receipt.ok) return { planVersion: receipt.planVersion };
    throw apiError('OVERLOADED', {
      headers: { 'retry-after': String(Math.max(1, Math.ceil(receipt.retryAfterMs / 1000))) },
    });
  });

  server.get('/v1/plan', { config: { access: 'agent', rateLimit } }, async (request, reply) => {
    assertLeading(reply);
    const agent = agentOf(request);
    assertSame(parseRequest(PlanQuery, request.query), agent);
    const plan = await deps.sensing.planFor(agent);
    if (plan === null) throw apiError('NO_PLAN_YET', { headers: { 'retry-after': '2' } });
    const etag = `"${plan.version}"`;
    void reply.header('etag', etag).header('cache-control', 'private, no-cache');
    return request.headers['if-none-match'] === etag ? reply.code(304).send() : plan;
  });
}
