import type { FastifyRequest } from 'fastify';

/** The address that a request comes from: the connection's, or what the proxy in front says when it is to be believed. */
export function clientAddress(request: FastifyRequest, trustProxy: boolean): string {
  if (!trustProxy) return request.ip;
  const forwarded = request.headers['x-forwarded-for'];
  const header = Array.isArray(forwarded) ? forwarded.join(',') : (forwarded ?? '');
  // The last entry is the one that our own proxy wrote; those before are the caller's claims.
  return header.split(',').at(-1)?.trim() || request.ip;
}
