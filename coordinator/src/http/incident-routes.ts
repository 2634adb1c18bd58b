import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DecisionRequest, MessageRequest } from '@pathmedic/shared/contract/console-requests.ts';
import type { IncidentList, IncidentView } from '@pathmedic/shared/contract/console.ts';
import type { DecisionAnswer, MessageAnswer } from '@pathmedic/shared/contract/console-requests.ts';
import { httpError, parseRequest } from '@pathmedic/shared/runtime/http-errors.ts';
import { z } from 'zod';
import { auditExport } from '../domain/audit-export.ts';
import { listItemView, timelineView } from '../messages/console-view.ts';
import { reportMarkdown } from '../messages/report-markdown.ts';
import { converse } from '../pipeline/converse.ts';
import { decideProposal } from '../pipeline/decide-proposal.ts';
import type { LoadedIncident } from '../ports/incident-store.ts';
import { personOf } from './caller.ts';
import { apiError } from './errors.ts';
import type { HttpDeps } from './http-deps.ts';
import { pageFor } from './page-for.ts';

const IncidentParams = z.object({ id: z.string().min(1).max(64) });
const ListQuery = z.object({ before: z.coerce.number().int().min(0).optional() });
const pageSize = 50;
const maxOpen = 200;

/** The incidents: list, one with its story, write-up, decisions, messages. */
export function addIncidentRoutes(server: FastifyInstance, deps: HttpDeps): void {
  const { store } = deps;

  async function loaded(request: FastifyRequest): Promise<LoadedIncident> {
    const params = IncidentParams.safeParse(request.params);
    const found = params.success ? await store.load(params.data.id) : null;
    if (found === null) throw apiError('INCIDENT_NOT_FOUND');
    return found;
  }

  server.get('/v1/incidents', { config: { access: 'person' } }, async (request): Promise<IncidentList> => {
    const { before } = parseRequest(ListQuery, request.query);
    const [nowMs, open, closed] = await Promise.all([
      store.nowMs(),
      before === undefined ? store.list({ open: true, limit: maxOpen }) : [],
      store.list({ open: false, limit: pageSize, ...(before === undefined ? {} : { before }) }),
    ]);
    return {
      nowMs,
      open: open.map(listItemView),
      closed: closed.map(listItemView),
      nextBefore: closed.length < pageSize ? null : (closed.at(-1)?.openedAtMs ?? null),
    };
  });

  server.get(
    '/v1/incidents/:id',
    { config: { access: 'person' } },
    async (request): Promise<IncidentView> => {
      const found = await loaded(request);
      const page = pageFor(deps, found, personOf(request).principal, await store.nowMs());
      return {
        page,
        timeline: found.events.map((event) => timelineView(event, found.incident, found.events)),
      };
    },
  );

  server.get('/v1/incidents/:id/report.md', { config: { access: 'person' } }, async (request, reply) => {
    const { incident, events } = await loaded(request);
    const url = `${deps.publicUrl}/incidents/${encodeURIComponent(incident.id)}`;
    return reply.type('text/markdown; charset=utf-8').send(reportMarkdown(incident, events, url));
  });

  server.get('/v1/incidents/:id/audit.json', { config: { access: 'person' } }, async (request, reply) => {
    const { incident, events } = await loaded(request);
    return reply
      .header('content-disposition', `attachment; filename="${encodeURIComponent(incident.id)}-audit.json"`)
      .send(auditExport(incident.id, events));
  });

  server.post(
    '/v1/incidents/:id/decisions',
    { config: { access: 'approver' }, bodyLimit: 8192 },
    async (request): Promise<DecisionAnswer> => {
      const { id } = parseRequest(IncidentParams, request.params);
      const { proposalId, decision, reason } = parseRequest(DecisionRequest, request.body);
      const { principal, via } = personOf(request);
      const result = await decideProposal(
        { store, queue: deps.queue, principals: deps.principals.all, approvalKey: deps.approvalKey },
        {
          incidentId: id,
          proposalId,
          principal,
          via,
          decision,
          ...(reason === undefined || reason === '' ? {} : { reason }),
        },
      );
      const fields = { incidentId: id, proposalId, principal: principal.name, via, decision };
      if (result.ok) {
        request.log.info({ ...fields, complete: result.complete }, 'decision recorded');
        return { decision, complete: result.complete, sentence: result.sentence };
      }
      request.log.info({ ...fields, refused: result.reason }, 'decision refused');
      throw decisionError(result.reason, result.sentence);
    },
  );

  server.post(
    '/v1/incidents/:id/messages',
    { config: { access: 'person' }, bodyLimit: 16 * 1024 },
    async (request): Promise<MessageAnswer> => {
      const { id: incidentId } = parseRequest(IncidentParams, request.params);
      const { text } = parseRequest(MessageRequest, request.body);
      const { principal, via } = personOf(request);
      const result = await converse(
        { store, queue: deps.queue, auditKey: deps.auditKey },
        { incidentId, principal, via, text },
      );
      if (result.ok)
        return { understood: result.command === null ? 'conversation' : 'command', command: result.command };
      throw decisionError(result.reason, result.sentence);
    },
  );
}

type Refusal = Extract<Awaited<ReturnType<typeof decideProposal>>, { ok: false }>['reason'];

function decisionError(reason: Refusal, sentence: string): Error {
  switch (reason) {
    case 'unknown-incident':
      return apiError('INCIDENT_NOT_FOUND');
    case 'busy':
      return apiError('BUSY', { detail: sentence });
    case 'store-full':
      return apiError('STORE_FULL', { detail: sentence });
    case 'not-an-approver':
      return httpError('FORBIDDEN', { detail: sentence, extensions: { reason } });
    default:
      return apiError('DECISION_REFUSED', { detail: sentence, extensions: { reason } });
  }
}
