import type { FastifyInstance } from 'fastify';
import { parseRequest } from '@pathmedic/shared/runtime/http-errors.ts';
import { z } from 'zod';
import { personOf } from './caller.ts';
import { apiError } from './errors.ts';
import type { EventStream } from './event-stream.ts';
import { beginEventStream } from './event-stream.ts';
import { followIncident } from './follow-incident.ts';
import type { HttpDeps, HttpLimits } from './http-deps.ts';
import { securityHeaders } from './security-headers.ts';

const StreamParams = z.object({ id: z.string().min(1).max(64) });
const StreamQuery = z.object({ after: z.coerce.number().int().min(0).default(0) });
const EventNumber = z.coerce.number().int().min(0);

interface OpenStream {
  stream: EventStream;
  person: string;
}

/** The live story of one incident as `text/event-stream`; a page that comes back says where it was and misses nothing. */
export function addEventStreamRoutes(server: FastifyInstance, deps: HttpDeps, limits: HttpLimits): void {
  const open = new Set<OpenStream>();
  const https = deps.publicUrl.startsWith('https:');

  // A server with open answers would not close.
  server.addHook('preClose', async () => {
    for (const { stream } of open) stream.end('shutdown');
  });

  server.get('/v1/incidents/:id/events', { config: { access: 'person' } }, async (request, reply) => {
    const { id: incidentId } = parseRequest(StreamParams, request.params);
    const { after } = parseRequest(StreamQuery, request.query);
    const resumed = EventNumber.safeParse(request.headers['last-event-id']);
    const caller = personOf(request);
    const person = caller.principal.name;
    const own = [...open].filter((other) => other.person === person).length;
    if (open.size >= limits.streams || own >= limits.streamsPerPerson) {
      throw apiError('TOO_MANY_STREAMS', { headers: { 'retry-after': '10' } });
    }
    // Before the answer begins: afterwards there is no status left to say it with.
    if ((await deps.store.load(incidentId)) === null) throw apiError('INCIDENT_NOT_FOUND');

    reply.hijack();
    const stop = Promise.withResolvers<() => void>();
    const headers = { ...securityHeaders(https), 'x-request-id': request.id };
    const stream = beginEventStream(reply.raw, headers, () => {
      open.delete(entry);
      void stop.promise.then((end) => end());
    });
    const entry: OpenStream = { stream, person };
    open.add(entry);
    const afterN = resumed.success ? resumed.data : after;
    try {
      const following = await followIncident(deps, { incidentId, afterN, caller, stream, log: request.log });
      stop.resolve(() => following.stop());
    } catch (error) {
      request.log.warn({ err: error, incidentId }, 'an event stream could not begin');
      stream.end('store-unavailable');
      stop.resolve(() => undefined);
    }
  });
}
