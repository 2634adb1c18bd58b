import { describe, expect, it } from 'vitest';
import { foldIncident } from '../domain/fold.ts';
import type { EventBody, IncidentEvent } from '../domain/incident-event.ts';
import type { NetworkSnapshot, PathState } from '../domain/network.ts';
import type { Actor, Principal } from '../domain/principal.ts';
import type { Proposal } from '../domain/proposal.ts';
import type { Symptom } from '../domain/symptom.ts';
import { matrixView } from './console-matrix.ts';
import { diffLines } from './console-plan.ts';
import { incidentPage, timelineView } from './console-view.ts';
import { eventLine } from './event-line.ts';
import { milestonesOf, milestoneWords } from './milestones.ts';
import { reachWords } from './reach.ts';
import { reportMarkdown } from './report-markdown.ts';

const startMs = Date.UTC(2026, 0, 15, 3, 12, 41);
const executor: Actor = { type: 'pathmedic', role: 'executor' };
const ana: Actor = { type: 'person', name: 'ana', via: 'slack' };
const approver: Principal = { name: 'ben', roles: ['approver'] };

const symptom: Symptom = {
  kind: 'paths-failing',
  key: 'k',
  scope: { type: 'nodes', nodes: ['node2'] },
  component: 'cni-egress:node2',
  headline: 'Pods on node2 cannot reach pods on other nodes',
  sinceMs: startMs,
  lines: ['node2 to 4 of 4 nodes: 0 of 96 probes answered'],
  affected: { nodes: ['node2'], namespaces: [], objects: [] },
  pathIds: [],
  lossRate: 1,
};

const step: Proposal['steps'][number] = {
  request: {
    type: 'restart-daemonset',
    target: { kind: 'DaemonSet', namespace: 'kube-flannel', name: 'kube-flannel-ds' },
    params: {},
  },
  title: 'Remove nodeSelector net=on',
  mutation: {
    verb: 'patch',
    target: { kind: 'DaemonSet', namespace: 'kube-flannel', name: 'kube-flannel-ds' },
    patch: [{ op: 'remove', path: '/spec' }],
  },
  diff: '   a\n-- x\n+- y\n',
  reads: [],
  digest: 'a'.repeat(64),
  reach: '',
  undo: '',
  preconditions: [],
  settle: { type: 'none' },
  byHand: '',
};

const proposal: Proposal = {
  id: 'plan-0123456789abcdef',
  cause: 'cni-agent-not-scheduled',
  mode: 'remediate',
  title: 'Remove nodeSelector net=on',
  why: 'It excludes node2.',
  steps: [step],
  planHash: 'b'.repeat(64),
  dryRun: 'server-passed',
  verification: '',
  expiresAtMs: startMs + 900_000,
  approvalsNeeded: 1,
};
const proposalId = proposal.id;
const outcome = { ok: true, paths: 64, probes: 1920, lost: 0, missing: 0, problems: [] };

/** The incident of the design's own example, second by second. */
const told: [number, EventBody, Actor?][] = [
  [
    9,
    {
      type: 'opened',
      scopeKey: 's',
      cluster: 'prod-eu1',
      title: symptom.headline,
      symptoms: [symptom],
      detectedAtMs: startMs + 9000,
    },
  ],
  [9, { type: 'triaged', lines: [...symptom.lines, 'DNS elsewhere: fine'], unknown: [] }],
  [
    9,
    {
      type: 'diagnosed',
      diagnosis: {
        causes: [
          {
            id: 'cni-agent-not-scheduled',
            score: 0.9,
            confidence: 'high',
            component: 'DaemonSet',
            summary: 'flannel left node2.',
            for: [],
            against: [],
          },
          {
            id: 'other',
            score: 0.1,
            confidence: 'low',
            component: '',
            summary: 'None fits.',
            for: [],
            against: [],
          },
        ],
        checks: [],
        unknown: [],
      },
    },
  ],
  [14, { type: 'proposed', proposal }],
  [141, { type: 'decided', proposalId, decision: 'approved', approval: 'c'.repeat(64) }, ana],
  [141, { type: 'execution-requested', proposalId }],
  [142, { type: 'execution-claimed', proposalId, executor: 'e1' }, executor],
  [142, { type: 'step-intended', proposalId, step: 0, attempt: 1 }, executor],
  [
    142,
    {
      type: 'step-ended',
      proposalId,
      step: 0,
      outcome: { result: 'applied', detail: 'Remove nodeSelector net=on (generation 8)' },
    },
    executor,
  ],
  [
    180,
    { type: 'step-settled', proposalId, step: 0, settled: true, detail: 'nothing to wait for' },
    executor,
  ],
  [180, { type: 'execution-ended', proposalId, result: 'done', detail: 'Done.' }, executor],
  [181, { type: 'pass-started', pass: 1, nonce: 'nonce-01', paths: 64, deadlineMs: startMs + 200_000 }],
  [182, { type: 'pass-ended', pass: 1, nonce: 'nonce-01', outcome }],
  [212, { type: 'pass-started', pass: 2, nonce: 'nonce-02', paths: 64, deadlineMs: startMs + 240_000 }],
  [213, { type: 'pass-ended', pass: 2, nonce: 'nonce-02', outcome }],
  [213, { type: 'closed', how: 'fixed', summary: 'Fixed.', auditHead: 'd'.repeat(64) }],
];

function story(count = told.length) {
  const events = told.slice(0, count).map(([seconds, body, actor], i): IncidentEvent => ({
    v: 1,
    n: i + 1,
    atMs: startMs + seconds * 1000,
    actor: actor ?? { type: 'pathmedic', role: 'coordinator' },
    body,
  }));
  const incident = foldIncident('inc-1', events);
  if (incident === null) throw new Error('no story');
  return { incident, events };
}

const context = {
  principal: approver,
  approvers: ['ben'],
  nowMs: startMs + 20_000,
  passGapMs: 30_000,
  network: null,
  facts: null,
};

describe('durations', () => {
  it('are those of the design: from the fault, from the card, from the approval', () => {
    const milestones = milestonesOf(story().events);
    expect(milestones === null ? '' : milestoneWords(milestones)).toBe(
      'Detected 9 s · named 9 s · card 14 s · approval 2 min 7 s · fix 39 s',
    );
    expect(milestones?.totalMs).toBe(213_000);
  });

  it('tell nothing that has not happened, and begin anew when the incident is opened again', () => {
    expect(milestonesOf(story(3).events)).toMatchObject({
      namedMs: 9000,
      cardMs: null,
      approvalMs: null,
      totalMs: null,
    });
    const { events } = story();
    const again: IncidentEvent = {
      v: 1,
      n: events.length + 1,
      atMs: startMs + 400_000,
      actor: executor,
      body: { type: 'reopened', symptoms: [{ ...symptom, sinceMs: startMs + 390_000 }] },
    };
    expect(milestonesOf([...events, again])).toMatchObject({ detectMs: 10_000, namedMs: null, fixMs: null });
  });
});

describe('the story', () => {
  it('never tells the same fact twice', () => {
    const { incident, events } = story();
    const lines = events
      .map((event) => eventLine(event, incident, events))
      .map(({ headline, lines: below }) => [headline, ...below]);
    expect(lines[1]).toEqual(['What is known so far', 'DNS elsewhere: fine']);
    expect(lines[2]?.join()).not.toContain('other');
    expect(lines[8]).toEqual(['The change is written', 'generation 8']);
    expect(lines[9]).toEqual(['The change has taken effect']);
    expect(lines[10]).toEqual(['The plan has been carried out']);
  });

  it('tells what is new when the symptoms change, not what was known', () => {
    const opened = story(1).events[0];
    if (opened === undefined) throw new Error('no story');
    const update = (...symptoms: Symptom[]): string[] => {
      const event: IncidentEvent = { ...opened, n: 2, body: { type: 'symptoms-updated', symptoms } };
      const { headline, lines } = eventLine(event, story(1).incident, [opened, event]);
      return [headline, ...lines];
    };
    const wider = {
      ...symptom,
      affected: { ...symptom.affected, nodes: [...symptom.affected.nodes, 'node3'] },
    };
    expect(update(wider)).toEqual(['The fault reaches further now', 'Also on node3']);
    const other = { ...symptom, key: 'dns', headline: 'DNS does not answer' };
    expect(update(symptom, other)).toEqual(['The fault looks different now', 'DNS does not answer']);
    const paths = ['p1', 'p2', 'p3', 'p4', 'p5', 'p6'];
    expect(update({ ...symptom, pathIds: paths, lines: ['0 of 900 answered'] })).toEqual([
      'The fault reaches further now',
      `6 paths affected, ${symptom.pathIds.length} before`,
      '0 of 900 answered',
    ]);
    expect(update({ ...symptom, lines: ['0 of 900 answered'] })).toHaveLength(1);
  });

  it('has an entry for each event, and its details behind a fold', () => {
    const { incident, events } = story();
    const entries = events.map((event) => timelineView(event, incident, events));
    expect(entries.map(({ n }) => n)).toEqual(told.map((_, i) => i + 1));
    expect(entries[3]?.fold?.lines).toContain('  -- x');
    expect(entries.at(-1)?.fold?.lines).toEqual([`Head ${'d'.repeat(64)}`]);
  });
});

describe('the page', () => {
  it('says when the second check comes, from the end of the first', () => {
    expect(incidentPage(story(11), context).passes.map(({ at }) => at)).toEqual(['planned', 'planned']);
    const [first, second] = incidentPage(story(13), context).passes;
    expect(first?.at).toBe('passed');
    expect(second).toMatchObject({ at: 'planned', startsAtMs: startMs + 212_000 });
  });

  it('follows each step of the plan', () => {
    const at = (count: number) => incidentPage(story(count), context).plan?.steps[0]?.progress?.at;
    expect([4, 6, 8, 9, 10].map(at)).toEqual([undefined, 'waiting', 'writing', 'settling', 'done']);
  });

  it('tells the one who looks whether they may decide, by the clock it is given', () => {
    expect(incidentPage(story(4), context).plan?.approve).toEqual({ ok: true });
    const late = incidentPage(story(4), { ...context, nowMs: proposal.expiresAtMs });
    expect(late.plan?.approve).toMatchObject({ ok: false, reason: 'expired' });
    expect(incidentPage(story(5), context).plan?.approve).toMatchObject({
      ok: false,
      sentence: 'Already approved by @ana in Slack at 03:15:02 UTC.',
    });
  });

  it('keeps every character of a diff but the sign', () => {
    expect(diffLines(step.diff)).toEqual([
      { kind: 'same', text: '  a' },
      { kind: 'remove', text: '- x' },
      { kind: 'add', text: '- y' },
    ]);
  });
});

describe('the matrix', () => {
  function path(
    from: string,
    to: string,
    state: PathState['state'],
    protocol: 'tcp' | 'udp' = 'tcp',
  ): PathState {
    const target = { type: 'agent', node: to, mode: 'pod', podUid: to, address: '', port: 1 } as const;
    return {
      path: {
        id: `${from}${to}${protocol}`,
        from: { node: from, mode: 'pod', namespace: '' },
        kind: 'pod',
        protocol,
        to: target,
      },
      state,
      sent: 10,
      lost: state === 'failing' ? 10 : 0,
      failures: [],
      sinceMs: 0,
      lastReportMs: 0,
    };
  }
  const network = (paths: PathState[]): NetworkSnapshot => ({
    atMs: 1,
    complete: true,
    judged: { nodes: ['a', 'b'], namespaces: null },
    paths,
    suspects: [],
    symptoms: [],
    agents: [],
  });

  it('shows one failing protocol of a pair as failing, and no reports never as health', () => {
    const paths = [path('a', 'b', 'healthy'), path('a', 'b', 'failing', 'udp'), path('b', 'a', 'unknown')];
    const matrix = matrixView({ symptoms: [] }, network(paths));
    expect(matrix?.rows.map(({ cells }) => cells.map(({ state }) => state))).toEqual([
      ['none', 'failing'],
      ['unknown', 'none'],
    ]);
    expect(matrix?.rows[0]?.cells[1]?.words).toBe('a to Pod network, b: 10 of 20 probes answered');
  });

  it('of a large cluster shows what fails, and says what it leaves out', () => {
    const nodes = Array.from({ length: 60 }, (_, i) => `node${i}`);
    const paths = nodes.flatMap((from) =>
      nodes
        .filter((to) => to !== from)
        .map((to) => path(from, to, from === 'node57' ? 'failing' : 'healthy')),
    );
    const matrix = matrixView({ symptoms: [] }, network(paths));
    expect(matrix?.rows.length).toBe(14);
    expect(matrix?.rows.map(({ name }) => name)).toContain('node57');
    expect(matrix?.note).toBe('Not shown: 46 more sources and 36 more targets. What fails comes first.');
  });
});

it('reach is told in few words, with names as far as they fit', () => {
  const of = (nodes: string[], namespaces: string[] = [], lines: string[] = []): string =>
    reachWords({ symptoms: [{ ...symptom, lines, affected: { nodes, namespaces, objects: [] } }] });
  const named = (count: number): string[] => Array.from({ length: count }, (_, i) => `node${i + 1}`);
  expect(of(['a'])).toBe('a');
  expect(of(['a', 'b', 'c', 'd', 'e'])).toBe('5 nodes: a, b, c, d, e');
  expect(of(named(5))).toBe('5 nodes: node1, node2, node3, node4, node5');
  expect(of(named(9), ['shop'])).toBe('9 nodes: node1, node2, node3, node4 and 5 more · namespace shop');
  expect(of(['ip-10-0-0-1.compute.internal', ...named(3), 'ip-10-0-0-2.compute.internal'])).toContain(
    'node3 and 1 more',
  );
  const dns = (failing: number): string =>
    `DNS Service from ${failing} of 5 nodes failing: 0 of 96 probes answered`;
  expect(of(named(5), [], [dns(5)])).toBe('all 5 nodes');
  expect(of(named(4), [], [dns(4)])).toBe('4 nodes: node1, node2, node3, node4');
  expect(of(named(4), [], ['to node1 from 4 of 4 nodes failing (pod network): 0 of 96'])).not.toContain(
    'all',
  );
});

it('the write-up has every part of the story', () => {
  const { incident, events } = story();
  const text = reportMarkdown(incident, events, 'https://pathmedic.example/incidents/inc-1');
  for (const part of [
    '## Cause',
    '## Plans',
    '## Checks after it',
    '- 03:15:02 Approved by @ana in Slack',
    `over ${events.length - 1} events`,
  ])
    expect(text).toContain(part);
});
