import { z } from 'zod';

/** What the demo tells the process with the agents. */
export const AgentOrder = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('start'), podUid: z.string(), env: z.record(z.string(), z.string()) }),
  z.strictObject({ do: z.literal('stop'), podUid: z.string() }),
]);
export type AgentOrder = z.infer<typeof AgentOrder>;

/** What it answers. */
export const AgentNews = z.discriminatedUnion('is', [
  z.strictObject({ is: z.literal('listening'), podUid: z.string() }),
  z.strictObject({ is: z.literal('failed'), podUid: z.string(), why: z.string() }),
]);
export type AgentNews = z.infer<typeof AgentNews>;
