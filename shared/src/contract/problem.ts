import { z } from 'zod';

/** Error body of every HTTP API (RFC 9457, application/problem+json). `code` is from the error table of the service. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string().optional(),
  code: z.string(),
});
export type Problem = z.infer<typeof Problem>;
