import { z } from 'zod';
import { Json } from './action.ts';
import { Diagnosis } from './cause.ts';
import { Actor } from './principal.ts';
import { Escalation, Proposal } from './proposal.ts';
import { Symptom } from './symptom.ts';
import { TypedAction } from './typed-action.ts';

const text = z.string().min(1).max(2000);
const proposalId = z.string().min(16).max(64);
const step = z.number().int().min(0).max(4);

/** Result of one verification pass. No data is not healthy: `missing` paths fail a pass. */
export const PassResult = z.strictObject({
  ok: z.boolean(),
  paths: z.number().int().min(0),
  probes: z.number().int().min(0),
  lost: z.number().int().min(0),
  missing: z.number().int().min(0),
  /** Lines that say what failed or what could not be seen; empty when ok. */
  problems: z.array(z.string().max(300)).max(10),
});
export type PassResult = z.infer<typeof PassResult>;

/** How the write of one step ended. `unknown`: it may or may not have happened, and looking did not tell. */
export const StepResult = z.discriminatedUnion('result', [
  z.strictObject({ result: z.literal('applied'), detail: z.string().max(400), undo: Json.optional() }),
  z.strictObject({
    result: z.literal('refused'),
    reason: z.enum([
      'changed',
      'gone',
      'expired',
      'paused',
      'invalid-approval',
      'forbidden',
      'conflict',
      'rejected-by-api',
      'rate-limited',
      'cluster-unreachable',
    ]),
    detail: z.string().max(400),
  }),
  z.strictObject({ result: z.literal('unknown'), detail: z.string().max(400) }),
]);
export type StepResult = z.infer<typeof StepResult>;

/** What a person may ask for besides words. */
export const AskedRequest = z.discriminatedUnion('what', [
  z.strictObject({
    what: z.literal('logs'),
    pod: z.strictObject({ namespace: z.string().max(253).nullable(), name: z.string().min(1).max(253) }),
  }),
  z.strictObject({ what: z.literal('action'), action: TypedAction }),
]);
export type AskedRequest = z.infer<typeof AskedRequest>;

/** Why a card is no longer open for decision. */
export const ExpiryReason = z.enum(['time', 'recovered', 'changed', 'superseded', 'taken-over']);
export type ExpiryReason = z.infer<typeof ExpiryReason>;

/** Everything that can happen to an incident; see `event-versions.ts` for what each version brought. */
export const EventBody = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('opened'),
    scopeKey: z.string().min(1).max(200),
    cluster: z.string().max(100),
    title: z.string().min(1).max(150),
    symptoms: z.array(Symptom).min(1).max(30),
    detectedAtMs: z.number().int(),
  }),
  z.strictObject({ type: z.literal('symptoms-updated'), symptoms: z.array(Symptom).min(1).max(30) }),
  /** All symptoms of this incident are gone. */
  z.strictObject({ type: z.literal('recovered'), detail: text }),
  /** They are back before the incident was closed. */
  z.strictObject({ type: z.literal('relapsed'), symptoms: z.array(Symptom).min(1).max(30) }),
  z.strictObject({ type: z.literal('reopened'), symptoms: z.array(Symptom).min(1).max(30) }),
  /** Basic information, before any diagnosis: at most six short lines. */
  z.strictObject({
    type: z.literal('triaged'),
    lines: z.array(z.string().max(300)).min(1).max(12),
    unknown: z.array(z.string().max(200)).max(20),
  }),
  z.strictObject({ type: z.literal('diagnosed'), diagnosis: Diagnosis }),
  /** A plan on its way to a card; in remediate mode the executor, which alone has the rights, dry-runs it on the server first. */
  z.strictObject({
    type: z.literal('drafted'),
    proposal: Proposal,
    /** Number of the event in which a person asked for it; without it pathmedic found it by itself. */
    asked: z.number().int().min(1).optional(),
  }),
  z.strictObject({
    type: z.literal('dry-run-ended'),
    proposalId,
    ok: z.boolean(),
    detail: z.string().max(400),
  }),
  z.strictObject({ type: z.literal('proposed'), proposal: Proposal }),
  z.strictObject({ type: z.literal('escalated'), escalation: Escalation }),
  /** A decision on a card. `approval` is the HMAC row the executor checks; null for a rejection. */
  z.strictObject({
    type: z.literal('decided'),
    proposalId,
    decision: z.enum(['approved', 'rejected']),
    approval: z.string().length(64).nullable(),
    reason: z.string().max(500).optional(),
  }),
  z.strictObject({
    type: z.literal('proposal-expired'),
    proposalId,
    reason: ExpiryReason,
    detail: z.string().max(400),
  }),
  /** Approved, symptom still there: handed to the executor. */
  z.strictObject({ type: z.literal('execution-requested'), proposalId }),
  /** The executor holds the claim (a Lease named after the plan's hash). */
  z.strictObject({ type: z.literal('execution-claimed'), proposalId, executor: z.string().max(253) }),
  z.strictObject({
    type: z.literal('step-intended'),
    proposalId,
    step,
    attempt: z.number().int().min(1).max(3),
  }),
  z.strictObject({ type: z.literal('step-ended'), proposalId, step, outcome: StepResult }),
  /** What the executor cannot see: the agents' probes show that an applied step works. */
  z.strictObject({ type: z.literal('step-proved'), proposalId, step, detail: z.string().max(400) }),
  /** The step's roll-out settled, or its deadline passed. */
  z.strictObject({
    type: z.literal('step-settled'),
    proposalId,
    step,
    settled: z.boolean(),
    detail: z.string().max(400),
  }),
  /** The execution is over. `done` only when every step was applied and settled. */
  z.strictObject({
    type: z.literal('execution-ended'),
    proposalId,
    result: z.enum(['done', 'stopped', 'not-started', 'unknown']),
    detail: z.string().max(400),
  }),
  /**
   * What a step wrote is no longer as it was written. `by`: the field manager of the later write, null where the object
   * does not tell; `atMs`: when, by the API server's clock, or else when it was noticed.
   */
  z.strictObject({
    type: z.literal('reverted'),
    proposalId,
    step,
    by: z.string().max(128).nullable(),
    atMs: z.number().int(),
  }),
  z.strictObject({
    type: z.literal('pass-started'),
    pass: z.union([z.literal(1), z.literal(2)]),
    nonce: z.string().min(8).max(64),
    paths: z.number().int().min(0),
    deadlineMs: z.number().int(),
  }),
  z.strictObject({
    type: z.literal('pass-ended'),
    pass: z.union([z.literal(1), z.literal(2)]),
    nonce: z.string().min(8).max(64),
    outcome: PassResult,
  }),
  z.strictObject({
    type: z.literal('help-requested'),
    reason: z.string().min(1).max(300),
    known: z.array(z.string().max(300)).max(6),
    ruledOut: z.array(z.string().max(200)).max(20),
    cannotSee: z.array(z.string().max(200)).max(10),
    lookAt: z.array(z.string().max(300)).max(6),
  }),
  z.strictObject({
    type: z.literal('closed'),
    how: z.enum(['fixed', 'healed', 'by-person']),
    summary: z.string().max(600),
    /** Head of the audit chain over every event before this one; also written to the process log. */
    auditHead: z.string().length(64),
  }),
  z.strictObject({ type: z.literal('said'), text: z.string().min(1).max(4000) }),
  /** pathmedic's answer to a command in the conversation. */
  z.strictObject({
    type: z.literal('answered'),
    lines: z.array(z.string().max(500)).max(40),
    /** Shown as it is, monospaced: other people's text, or the lines of a diff. */
    quoted: z
      .strictObject({ what: z.enum(['log', 'change']), lines: z.array(z.string().max(500)).max(80) })
      .optional(),
    /** Number of the event in which it was asked for. */
    to: z.number().int().min(1).optional(),
  }),
  /** A person wants something that takes a look at the cluster: the replica that senses answers it. */
  z.strictObject({ type: z.literal('asked'), request: AskedRequest }),
  /** A person wants the cluster looked at again and the causes ranked anew. */
  z.strictObject({ type: z.literal('recheck-requested') }),
  z.strictObject({ type: z.literal('taken-over') }),
  z.strictObject({ type: z.literal('handed-back') }),
]);
export type EventBody = z.infer<typeof EventBody>;
export type EventType = EventBody['type'];
export type EventOf<T extends EventType> = Extract<EventBody, { type: T }>;

/** An event before it is stored. */
export const NewEvent = z.strictObject({
  v: z.union([z.literal(1), z.literal(2)]),
  actor: Actor,
  body: EventBody,
});
export type NewEvent = z.infer<typeof NewEvent>;

/** A stored event: `n` is its place in the incident's stream (from 1), `atMs` the store's clock. */
export interface IncidentEvent extends NewEvent {
  n: number;
  atMs: number;
}
