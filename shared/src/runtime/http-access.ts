import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may call this route: `open`, or a kind of caller that the service authorizes. */
    access?: string;
  }
}

/** Lets the caller through by returning; throws UNAUTHENTICATED or FORBIDDEN otherwise. */
export type Authorize = (request: FastifyRequest, reply: FastifyReply) => Promise<void> | void;

export interface AccessRules {
  /** One authorizer for each kind of caller but `open`. */
  authorize: Readonly<Record<string, Authorize>>;
  /** The complete list of routes that anybody may call, as `METHOD /path`. */
  openRoutes: readonly string[];
}

/** Throws unless the route declares who may call it, in a way that these rules can enforce. */
export function assertRouteAccess(rules: AccessRules, route: RouteOptions): void {
  const methods = Array.isArray(route.method) ? route.method : [route.method];
  const access = route.config?.access;
  for (const method of methods) {
    const name = `${method} ${route.url}`;
    if (access === undefined)
      throw new Error(`route ${name} does not declare who may call it (config.access)`);
    if (access === 'open') {
      if (!rules.openRoutes.includes(name))
        throw new Error(`route ${name} is not on the list of open routes`);
    } else if (!Object.hasOwn(rules.authorize, access)) {
      throw new Error(`route ${name} wants access '${access}', for which there is no authorizer`);
    }
  }
}

/** Runs the authorizer that the matched route declared. Unmatched requests pass: they can only become 404. */
export async function enforceAccess(
  rules: AccessRules,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  if (request.is404) return;
  const access = request.routeOptions.config.access;
  if (access === 'open') return;
  const authorize = access === undefined ? undefined : rules.authorize[access];
  if (authorize === undefined) throw new Error(`no authorizer for ${request.url}`);
  await authorize(request, reply);
}
