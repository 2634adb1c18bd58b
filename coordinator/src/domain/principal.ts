import { z } from 'zod';

/** A person who may look or decide. One principal can be known in Slack and in the console. */
export const Principal = z.strictObject({
  /** Name shown in messages, e.g. `ana`. Unique. */
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/),
  slack: z.strictObject({ team: z.string(), user: z.string() }).optional(),
  /** SHA-256 (hex) of the static console token. */
  consoleTokenSha256: z.string().length(64).optional(),
  roles: z.array(z.enum(['viewer', 'approver'])).min(1),
});
export type Principal = z.infer<typeof Principal>;

/** Who did something, as events record it. */
export const Actor = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('pathmedic'), role: z.enum(['coordinator', 'executor']) }),
  z.strictObject({ type: z.literal('person'), name: z.string(), via: z.enum(['slack', 'console', 'cli']) }),
]);
export type Actor = z.infer<typeof Actor>;
