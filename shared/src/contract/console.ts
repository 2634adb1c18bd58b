import { z } from 'zod';

/**
 * What the console shows, ready to be shown: the coordinator words it, the page lays it out.
 * Every text is plain, with characters that hide or reorder text already written out. Times are milliseconds since
 * the epoch by the store's clock; pages subtract `nowMs` to find how far their own clock is off.
 */
const atMs = z.number().int();
const words = z.string();
const count = z.number().int().min(0);

/** What a colour stands for; never alone, always with icon and words. */
export const Tone = z.enum(['broken', 'waiting', 'working', 'good', 'help', 'quiet']);
export type Tone = z.infer<typeof Tone>;

/** Where an incident stands. */
export const StateView = z.strictObject({
  icon: words,
  words,
  tone: Tone,
  phase: words,
  closed: z.boolean(),
});
export type StateView = z.infer<typeof StateView>;

/** One line of the list of incidents. */
export const IncidentListItem = z.strictObject({
  id: words,
  title: words,
  state: StateView,
  openedAtMs: atMs,
  updatedAtMs: atMs,
  closedAtMs: atMs.nullable(),
});
export type IncidentListItem = z.infer<typeof IncidentListItem>;

export const IncidentList = z.strictObject({
  nowMs: atMs,
  /** Newest first; empty on later pages. */
  open: z.array(IncidentListItem),
  /** Newest first. */
  closed: z.array(IncidentListItem),
  /** Pass as `before` to read on in the closed ones; null at the end. */
  nextBefore: atMs.nullable(),
});
export type IncidentList = z.infer<typeof IncidentList>;

/** Nothing is executed while paused. */
export const PauseView = z.discriminatedUnion('paused', [
  z.strictObject({ paused: z.literal(false) }),
  z.strictObject({ paused: z.literal(true), reason: words, by: words, sinceMs: atMs }),
]);
export type PauseView = z.infer<typeof PauseView>;

/** The cluster at a glance. `network` is null on a replica that does not lead, or right after a takeover. */
export const Overview = z.strictObject({
  cluster: words,
  nowMs: atMs,
  pause: PauseView,
  network: z
    .strictObject({
      agents: count,
      silentAgents: count,
      nodes: count,
      pathsHealthy: count,
      pathsFailing: count,
      pathsUnknown: count,
      atMs,
    })
    .nullable(),
});
export type Overview = z.infer<typeof Overview>;

/** Who is looking, and whether they may decide. */
export const Me = z.strictObject({
  name: words,
  roles: z.array(z.enum(['viewer', 'approver'])),
  mayDecide: z.discriminatedUnion('ok', [
    z.strictObject({ ok: z.literal(true) }),
    z.strictObject({ ok: z.literal(false), why: words }),
  ]),
  cluster: words,
  /** When the session ends; null for a bearer token. */
  expiresAtMs: atMs.nullable(),
});
export type Me = z.infer<typeof Me>;

export const EvidenceView = z.strictObject({
  source: z.enum(['probe', 'object', 'event', 'log', 'host']),
  text: words,
  object: words.nullable(),
  atMs: atMs.nullable(),
});
export type EvidenceView = z.infer<typeof EvidenceView>;

export const CauseView = z.strictObject({
  id: words,
  confidence: z.enum(['high', 'medium', 'low']),
  score: z.number().min(0).max(1),
  component: words,
  summary: words,
  for: z.array(EvidenceView),
  against: z.array(EvidenceView),
});
export type CauseView = z.infer<typeof CauseView>;

export const CheckView = z.strictObject({
  id: words,
  title: words,
  result: z.enum(['found', 'clear', 'unknown']),
  detail: words,
});
export type CheckView = z.infer<typeof CheckView>;

export const SymptomView = z.strictObject({
  headline: words,
  sinceMs: atMs,
  lines: z.array(words),
  /** Lost share of the probes, 0 to 1; null where no probe is involved. */
  lossRate: z.number().min(0).max(1).nullable(),
  component: words.nullable(),
});
export type SymptomView = z.infer<typeof SymptomView>;

export const DiffLine = z.strictObject({ kind: z.enum(['same', 'add', 'remove']), text: z.string() });
export type DiffLine = z.infer<typeof DiffLine>;

/** How far one step of the plan has come. */
export const StepProgress = z.strictObject({
  at: z.enum(['waiting', 'writing', 'settling', 'done', 'not-done', 'unknown']),
  words,
  intendedAtMs: atMs.nullable(),
  endedAtMs: atMs.nullable(),
  settledAtMs: atMs.nullable(),
});
export type StepProgress = z.infer<typeof StepProgress>;

export const StepView = z.strictObject({
  title: words,
  /** The whole change, never shortened. */
  diff: z.array(DiffLine),
  reach: words,
  undo: words,
  preconditions: z.array(words),
  byHand: words,
  progress: StepProgress.nullable(),
});
export type StepView = z.infer<typeof StepView>;

/** Whether the one who asks may decide now; if not, why, in one sentence. */
export const MayDecide = z.discriminatedUnion('ok', [
  z.strictObject({ ok: z.literal(true) }),
  z.strictObject({ ok: z.literal(false), reason: words, sentence: words }),
]);
export type MayDecide = z.infer<typeof MayDecide>;

export const PlanView = z.strictObject({
  id: words,
  title: words,
  why: words,
  cause: words,
  mode: z.enum(['advise', 'remediate']),
  dryRun: z.strictObject({ server: z.boolean(), words }),
  verification: words,
  steps: z.array(StepView),
  approvers: z.array(words),
  approvalsNeeded: count,
  approvals: z.array(z.strictObject({ by: words, place: words, atMs })),
  proposedAtMs: atMs,
  expiresAtMs: atMs,
  status: z.strictObject({
    at: z.enum(['open', 'approved', 'rejected', 'expired']),
    icon: words,
    words,
    detail: words,
  }),
  /** What approving and rejecting would meet; worked out for the caller. */
  approve: MayDecide,
  reject: MayDecide,
});
export type PlanView = z.infer<typeof PlanView>;

export const PassView = z.strictObject({
  pass: z.union([z.literal(1), z.literal(2)]),
  at: z.enum(['planned', 'running', 'passed', 'failed']),
  /** When it begins (planned) or began; null when that is not known yet. */
  startsAtMs: atMs.nullable(),
  deadlineMs: atMs.nullable(),
  endedAtMs: atMs.nullable(),
  words,
  problems: z.array(words),
});
export type PassView = z.infer<typeof PassView>;

export const HelpView = z.strictObject({
  reason: words,
  known: z.array(words),
  ruledOut: z.array(words),
  cannotSee: z.array(words),
  lookAt: z.array(words),
  atMs,
});
export type HelpView = z.infer<typeof HelpView>;

export const EscalationView = z.strictObject({
  title: words,
  why: words,
  options: z.array(words),
  /** What would be changed if it were not somebody else's; nothing that can be approved. */
  changes: z.array(
    z.strictObject({ title: words, where: words.nullable(), diff: z.array(DiffLine), byHand: words }),
  ),
  atMs,
});
export type EscalationView = z.infer<typeof EscalationView>;

/** One cell: the paths of one kind from a node to a target, together. */
export const MatrixCell = z.strictObject({
  state: z.enum(['healthy', 'failing', 'unknown', 'none']),
  sent: count,
  lost: count,
  words,
});
export type MatrixCell = z.infer<typeof MatrixCell>;

/** Who reaches whom around the fault: a row a source node, a column a target. */
export const MatrixView = z.strictObject({
  atMs,
  rows: z.array(z.strictObject({ name: words, cells: z.array(MatrixCell) })),
  columns: z.array(z.strictObject({ name: words, group: words })),
  /** Rows or columns left out because they are healthy or too many. */
  note: words,
});
export type MatrixView = z.infer<typeof MatrixView>;

/** One entry of the story. `fold` is shown on demand. */
export const TimelineEntry = z.strictObject({
  n: count,
  atMs,
  actor: words,
  person: z.boolean(),
  kind: words,
  icon: words,
  headline: words,
  lines: z.array(words),
  fold: z.strictObject({ label: words, lines: z.array(words) }).nullable(),
});
export type TimelineEntry = z.infer<typeof TimelineEntry>;

/** How long each part took: `after` in words, e.g. `detected` / `9 s`. */
export const DurationView = z.strictObject({ name: words, after: words });
export type DurationView = z.infer<typeof DurationView>;

/** Everything on the page but the story. */
export const IncidentPage = z.strictObject({
  id: words,
  cluster: words,
  title: words,
  /** Number of the last event this page was made from. */
  length: count,
  nowMs: atMs,
  state: StateView,
  sinceMs: atMs,
  openedAtMs: atMs,
  closedAtMs: atMs.nullable(),
  reach: z.strictObject({
    words,
    nodes: z.array(words),
    namespaces: z.array(words),
    objects: z.array(words),
  }),
  durations: z.array(DurationView),
  takenOverBy: words.nullable(),
  reopened: count,
  symptoms: z.array(SymptomView),
  triage: z.strictObject({ lines: z.array(words), unknown: z.array(words) }).nullable(),
  causes: z.array(CauseView),
  checks: z.array(CheckView),
  unknown: z.array(words),
  plan: PlanView.nullable(),
  earlierPlans: z.array(z.strictObject({ title: words, icon: words, words, atMs })),
  execution: z.strictObject({ words, executor: words.nullable(), ended: z.boolean() }).nullable(),
  passes: z.array(PassView),
  help: HelpView.nullable(),
  escalation: EscalationView.nullable(),
  closing: z.strictObject({ words, summary: words, auditHead: words }).nullable(),
  matrix: MatrixView.nullable(),
  /** Whole commands with the objects they fit now, for completion: `logs kube-system/coredns-x`. */
  completions: z.array(words),
});
export type IncidentPage = z.infer<typeof IncidentPage>;

/** Answer of `GET /v1/incidents/:id`. */
export const IncidentView = z.strictObject({ page: IncidentPage, timeline: z.array(TimelineEntry) });
export type IncidentView = z.infer<typeof IncidentView>;

/**
 * Events of the stream `GET /v1/incidents/:id/events`: `entry` (id: its number; data: TimelineEntry), `page` (data:
 * IncidentPage, after the entries it includes), `beat` (nothing happened, the line is up), `end` (the server goes away or
 * the session is over: come back). Resumed by Last-Event-ID, or `?after=` for the first connection.
 */
export type StreamEventName = 'entry' | 'page' | 'beat' | 'end';
