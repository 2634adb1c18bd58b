import { z } from 'zod';
import { Problem } from './problem.ts';

/** What the console may send, and the answers to it. */

export const LoginRequest = z.strictObject({ token: z.string().min(1).max(512) });
export type LoginRequest = z.infer<typeof LoginRequest>;

export const DecisionRequest = z.strictObject({
  proposalId: z.string().min(16).max(64),
  decision: z.enum(['approved', 'rejected']),
  reason: z.string().trim().max(500).optional(),
});
export type DecisionRequest = z.infer<typeof DecisionRequest>;

/** Both are good ends: `recorded` now, or the second of two approvals is still missing. */
export const DecisionAnswer = z.strictObject({
  decision: z.enum(['approved', 'rejected']),
  complete: z.boolean(),
  sentence: z.string(),
});
export type DecisionAnswer = z.infer<typeof DecisionAnswer>;

/** A refused decision: the problem document with the reason by name; `detail` is the sentence for people. */
export const RefusedDecision = Problem.extend({ reason: z.string() });
export type RefusedDecision = z.infer<typeof RefusedDecision>;

export const MessageRequest = z.strictObject({ text: z.string().trim().min(1).max(4000) });
export type MessageRequest = z.infer<typeof MessageRequest>;

/** How a message was understood: plain conversation, or a command and whether it was followed. */
export const MessageAnswer = z.strictObject({
  understood: z.enum(['conversation', 'command']),
  command: z.string().nullable(),
});
export type MessageAnswer = z.infer<typeof MessageAnswer>;

export const PauseRequest = z.strictObject({ reason: z.string().trim().min(1).max(300) });
export type PauseRequest = z.infer<typeof PauseRequest>;
