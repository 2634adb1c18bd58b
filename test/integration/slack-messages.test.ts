import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldIncident } from '@pathmedic/coordinator/domain/fold.ts';
import { currentProposal, type Incident } from '@pathmedic/coordinator/domain/incident.ts';
import type { RankedCause } from '@pathmedic/coordinator/domain/cause.ts';
import type { EventBody, IncidentEvent } from '@pathmedic/coordinator/domain/incident-event.ts';
import type { Actor } from '@pathmedic/coordinator/domain/principal.ts';
import type { Proposal } from '@pathmedic/coordinator/domain/proposal.ts';
import type { Symptom } from '@pathmedic/coordinator/domain/symptom.ts';
import { cardMessage } from '@pathmedic/coordinator/messages/slack-card.ts';
import { catchUpMessage } from '@pathmedic/coordinator/messages/slack-catch-up.ts';
import type { SlackMessage } from '@pathmedic/coordinator/messages/slack-block.ts';
import { replyMessage } from '@pathmedic/coordinator/messages/slack-reply.ts';
import { rootMessage } from '@pathmedic/coordinator/messages/slack-root.ts';
import { acceptBlocks } from '../slack/block-kit/accept-blocks.ts';
import { limits } from '../slack/limits.ts';
import { mentionsIn } from '../slack/mention.ts';

/** Whatever a log line, an object's name or a person may hold, as long as the field allows and up to its very end. */
const nasty = fc.constantFrom(
  '<!channel> ',
  '<@U0000000ANA>',
  '\u202Egnp.exe',
  '\u0000\u001B[31m',
  '&lt;!here&gt;',
  '```',
  '*bold* _it_ :fire:',
  '\uD800',
  '\u200B',
  '𝕏',
  'あ',
  '"\\',
  'https://evil.test/<x|y>',
  '\n\n',
);
const text = (maxLength: number, minLength = 1) =>
  fc
    .array(fc.oneof(nasty, fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' })), {
      minLength: 1,
      maxLength: 60,
    })
    .chain((parts) =>
      fc.constantFrom(1, 40, 400).map((times) => parts.join('').repeat(times).slice(0, maxLength)),
    )
    .map((made) => (made.length < minLength ? 'x'.repeat(minLength) : made));

const target = { kind: 'ConfigMap' as const, namespace: 'kube-system', name: 'coredns', uid: 'u1' };
const actor: Actor = { type: 'pathmedic', role: 'coordinator' };

const step = fc.record({
  request: fc.constant({ type: 'patch-corefile' as const, target, params: {} }),
  title: text(200),
  mutation: fc.constant({ verb: 'delete' as const, target }),
  diff: text(50_000),
  reads: fc.constant([]),
  digest: fc.constant('d'.repeat(64)),
  reach: text(400),
  undo: text(400),
  preconditions: fc.array(text(200), { maxLength: 10 }),
  settle: fc.constant({ type: 'none' as const }),
  byHand: text(60_000),
});
const proposal = fc.record({
  id: fc.constant('plan-0123456789abcdef'),
  cause: fc.constant('coredns-config' as const),
  mode: fc.constantFrom('advise' as const, 'remediate' as const),
  title: text(200),
  why: text(600),
  steps: fc.array(step, { minLength: 1, maxLength: 5 }),
  planHash: fc.constant('e'.repeat(64)),
  dryRun: fc.constantFrom('server-passed' as const, 'local-validated' as const),
  verification: text(400),
  expiresAtMs: fc.constant(9e11),
  approvalsNeeded: fc.constantFrom(1, 2),
}) as fc.Arbitrary<unknown> as fc.Arbitrary<Proposal>;
const symptom = fc.record({
  kind: fc.constant('paths-failing' as const),
  key: fc.constant('k'),
  scope: fc.constant({ type: 'dns' as const }),
  component: fc.constant(null),
  headline: text(150),
  sinceMs: fc.constant(8e11),
  lines: fc.array(text(300), { maxLength: 12 }),
  affected: fc.record({
    nodes: fc.array(text(253), { maxLength: 200 }),
    namespaces: fc.array(text(63), { maxLength: 100 }),
    objects: fc.constant([target]),
  }),
  pathIds: fc.constant([]),
  lossRate: fc.constant(1),
});
const symptoms = fc.array(symptom, { minLength: 1, maxLength: 5 }) as fc.Arbitrary<unknown> as fc.Arbitrary<
  Symptom[]
>;
const cause = fc.record({
  id: fc.constantFrom('coredns-config' as const, 'other' as const),
  score: fc.constant(0.5),
  confidence: fc.constantFrom('high' as const, 'low' as const),
  component: text(200),
  summary: text(400),
  for: fc.array(fc.record({ source: fc.constant('log' as const), text: text(400) }), { maxLength: 20 }),
  against: fc.constant([]),
});
const result = fc.oneof(
  fc.record({ result: fc.constant('applied' as const), detail: text(400) }),
  fc.record({
    result: fc.constant('refused' as const),
    reason: fc.constant('changed' as const),
    detail: text(400),
  }),
  fc.record({ result: fc.constant('unknown' as const), detail: text(400) }),
);
const outcome = fc.record({
  ok: fc.boolean(),
  paths: fc.nat(),
  probes: fc.nat(),
  lost: fc.nat(),
  missing: fc.nat(),
  problems: fc.array(text(300), { maxLength: 10 }),
});

const story = fc
  .record({
    title: text(150),
    symptoms,
    lines: fc.array(text(300), { minLength: 1, maxLength: 12 }),
    unknown: fc.array(text(200), { maxLength: 20 }),
    causes: fc.array(cause, { maxLength: 5 }) as fc.Arbitrary<unknown> as fc.Arbitrary<RankedCause[]>,
    checks: fc.array(
      fc.record({
        id: fc.constant('c'),
        title: text(150),
        result: fc.constant('clear' as const),
        detail: text(400),
      }),
      { maxLength: 20 },
    ),
    proposal,
    reason: text(500),
    result,
    outcome,
    help: fc.record({
      reason: text(300),
      known: fc.array(text(300), { maxLength: 6 }),
      ruledOut: fc.array(text(200), { maxLength: 20 }),
      cannotSee: fc.array(text(200), { maxLength: 10 }),
      lookAt: fc.array(text(300), { maxLength: 6 }),
    }),
    answer: fc.array(text(500), { minLength: 1, maxLength: 40 }),
    said: text(4000),
    options: fc.array(text(400), { maxLength: 6 }),
    end: fc.constantFrom('fixed' as const, 'healed' as const, 'by-person' as const),
  })
  .map((s): EventBody[] => {
    const proposalId = s.proposal.id;
    const pass = (n: 1 | 2): EventBody[] => [
      { type: 'pass-started', pass: n, nonce: `nonce-${n}-xx`, paths: 1, deadlineMs: 0 },
      { type: 'pass-ended', pass: n, nonce: `nonce-${n}-xx`, outcome: s.outcome },
    ];
    return [
      {
        type: 'opened',
        scopeKey: 'k',
        cluster: s.title.slice(0, 60),
        title: s.title,
        symptoms: s.symptoms,
        detectedAtMs: 8e11,
      },
      { type: 'triaged', lines: s.lines, unknown: s.unknown },
      { type: 'diagnosed', diagnosis: { causes: s.causes, checks: s.checks, unknown: s.unknown } },
      { type: 'proposed', proposal: s.proposal },
      { type: 'decided', proposalId, decision: 'approved', approval: 'c'.repeat(64), reason: s.reason },
      { type: 'decided', proposalId, decision: 'approved', approval: 'c'.repeat(64), reason: s.reason },
      { type: 'execution-requested', proposalId },
      ...s.proposal.steps.flatMap((_, i): EventBody[] => [
        { type: 'step-ended', proposalId, step: i, outcome: s.result },
        { type: 'step-settled', proposalId, step: i, settled: s.outcome.ok, detail: s.reason.slice(0, 400) },
      ]),
      {
        type: 'execution-ended',
        proposalId,
        result: s.outcome.ok ? 'done' : 'stopped',
        detail: s.reason.slice(0, 400),
      },
      ...pass(1),
      ...pass(2),
      { type: 'help-requested', ...s.help },
      {
        type: 'escalated',
        escalation: { cause: 'other', title: s.proposal.title, why: s.reason, options: s.options },
      },
      { type: 'taken-over' },
      { type: 'said', text: s.said },
      { type: 'answered', lines: s.answer },
      { type: 'closed', how: s.end, summary: s.reason, auditHead: '7'.repeat(64) },
      { type: 'reopened', symptoms: s.symptoms },
    ];
  });

const to = {
  conversationUrl: 'https://p.example/incidents/inc-1',
  writeUpUrl: 'https://p.example/v1/incidents/inc-1/report.md',
  approvers: ['ana', 'ben', 'chidi', 'dora', 'emil'],
};

let id = 0;
const newId = (): string => `id${(id += 1)}`;

/** Every text that Slack shows, and nothing else of the blocks. */
function textsOf(blocks: readonly unknown[]): string[] {
  const found: string[] = [];
  JSON.parse(JSON.stringify(blocks), (key, value: unknown) => {
    if (key === 'text' && typeof value === 'string') found.push(value);
    return value;
  });
  return found;
}

// oxlint-disable-next-line no-control-regex -- looking for them is the point
const hidden = /[\u0000-\u0008\u000B-\u001F\u007F\u200B-\u200F\u202A-\u202E\u2066-\u2069]/;

function check(message: SlackMessage): void {
  acceptBlocks(message.blocks, newId);
  expect(message.text.length).toBeGreaterThan(0);
  expect(message.text.length).toBeLessThanOrEqual(limits.updateTextCharacters);
  expect(mentionsIn(message.text, acceptBlocks(message.blocks, newId))).toEqual([]);
  expect(message.text).not.toMatch(/[<>]/);
  expect(JSON.stringify(message.blocks)).not.toContain('"mrkdwn"');
  for (const shown of [message.text, ...textsOf(message.blocks)]) {
    expect(shown).not.toMatch(hidden);
    expect(shown.isWellFormed()).toBe(true);
  }
}

const linesOf = (message: SlackMessage): number => textsOf(message.blocks).join('').split('\n').length;

function prefixes(bodies: readonly EventBody[]): { incident: Incident; events: IncidentEvent[] }[] {
  const events = bodies.map((body, i): IncidentEvent => {
    const by: Actor =
      body.type === 'decided' ? { type: 'person', name: i % 2 === 0 ? 'ana' : 'ben', via: 'slack' } : actor;
    return { v: 1, n: i + 1, atMs: 8e11 + i * 1000, actor: by, body };
  });
  return events.flatMap((_, i) => {
    const incident = foldIncident('inc-1', events.slice(0, i + 1));
    return incident === null ? [] : [{ incident, events: events.slice(0, i + 1) }];
  });
}

/** The blocks that hold diffs; the words around them may be shortened. */
function preformattedIn(block: { type: string; elements?: unknown }): object[] {
  const elements: unknown[] = Array.isArray(block.elements) ? block.elements : [];
  return elements.filter(
    (e): e is object =>
      typeof e === 'object' && e !== null && 'type' in e && e.type === 'rich_text_preformatted',
  );
}

describe('whatever text the cluster and people put into an incident', () => {
  it('every message is one that Slack takes, mentions nobody, hides nothing, and keeps its length', () => {
    fc.assert(
      fc.property(story, (bodies) => {
        for (const { incident, events } of prefixes(bodies)) {
          check(rootMessage(incident, events, to));
          const last = events.at(-1);
          const reply = last === undefined ? null : replyMessage(last, 'inc-1', events, to);
          if (reply !== null) {
            check(reply);
            expect(linesOf(reply)).toBeLessThanOrEqual(last?.body.type === 'answered' ? 12 : 6);
          }
          const state = currentProposal(incident);
          if (state !== null) check(cardMessage(incident, state, to));
        }
        const all = prefixes(bodies).at(-1)?.events ?? [];
        check(catchUpMessage(all, 'inc-1', all, to));
      }),
      { numRuns: 12 },
    );
  });

  it('a card can be approved only if the whole of every diff stands on it', () => {
    fc.assert(
      fc.property(story, (bodies) => {
        const open = prefixes(bodies)[3];
        const state = open === undefined ? null : currentProposal(open.incident);
        if (open === undefined || state === null) throw new Error('no card');
        const { blocks } = cardMessage(open.incident, state, to);
        if (!JSON.stringify(blocks).includes('"action_id":"approve"')) return;
        const shown = textsOf(blocks.flatMap(preformattedIn)).join('\n');
        for (const { diff } of state.proposal.steps) {
          const visible = diff.match(/[a-z0-9:.]{3,}/g) ?? [];
          for (const word of visible) expect(shown).toContain(word);
        }
        expect(shown).not.toContain('…');
      }),
      { numRuns: 30 },
    );
  });
});
