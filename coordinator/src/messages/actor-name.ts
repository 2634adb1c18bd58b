import type { Actor } from '../domain/principal.ts';

/** Who did something: `@ana`, `pathmedic`, `executor`. */
export function actorName(actor: Actor): string {
  if (actor.type === 'person') return `@${actor.name}`;
  return actor.role === 'executor' ? 'executor' : 'pathmedic';
}

/** Where a person did it. */
export const viaWords = { slack: 'in Slack', console: 'in the console', cli: 'on the command line' } as const;

/** Who and where: `@ana in Slack`. */
export function actorWithPlace(actor: Actor): string {
  return actor.type === 'person' ? `@${actor.name} ${viaWords[actor.via]}` : actorName(actor);
}
