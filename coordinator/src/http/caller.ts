import type { FastifyRequest } from 'fastify';
import type { AuthenticatedAgent } from '../auth/agent-auth.ts';
import type { Principal } from '../domain/principal.ts';

/** A person behind a request, and how they came. */
export interface PersonCaller {
  type: 'person';
  principal: Principal;
  via: 'console' | 'cli';
  /** End of the session; null for a bearer token. */
  expiresAtMs: number | null;
}

export interface AgentCaller {
  type: 'agent';
  agent: AuthenticatedAgent;
}

const callers = new WeakMap<FastifyRequest, PersonCaller | AgentCaller>();

/** Remembers who was authorized; only the authorizers call it. */
export function setCaller(request: FastifyRequest, caller: PersonCaller | AgentCaller): void {
  callers.set(request, caller);
}

/** The authorized caller, or null on an open route. */
export function callerOf(request: FastifyRequest): PersonCaller | AgentCaller | null {
  return callers.get(request) ?? null;
}

/** The person behind a request; throws on a route that was declared for somebody else. */
export function personOf(request: FastifyRequest): PersonCaller {
  const caller = callers.get(request);
  if (caller?.type !== 'person') throw new Error(`${request.url} has no person behind it`);
  return caller;
}

/** The agent behind a request; throws on a route that was declared for somebody else. */
export function agentOf(request: FastifyRequest): AuthenticatedAgent {
  const caller = callers.get(request);
  if (caller?.type !== 'agent') throw new Error(`${request.url} has no agent behind it`);
  return caller.agent;
}
