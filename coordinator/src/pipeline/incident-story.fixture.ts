import { foldIncident } from '../domain/fold.ts';
import type { Incident } from '../domain/incident.ts';
import type { EventBody, IncidentEvent } from '../domain/incident-event.ts';
import type { Actor } from '../domain/principal.ts';
import type { Proposal } from '../domain/proposal.ts';
import type { Symptom } from '../domain/symptom.ts';

export const startMs = Date.UTC(2026, 0, 15, 3, 12, 41);

export const dnsSymptom: Symptom = {
  kind: 'paths-failing',
  key: 'dns:cluster',
  scope: { type: 'dns' },
  component: 'dns-vip:10.96.0.10',
  headline: 'DNS does not answer in the whole cluster',
  sinceMs: startMs - 9000,
  lines: ['DNS: 0 of 96 lookups answered'],
  affected: {
    nodes: [],
    namespaces: [],
    objects: [{ kind: 'Deployment', namespace: 'kube-system', name: 'coredns' }],
  },
  pathIds: ['dns|dns-udp|node1/pod|dns-vip/10.96.0.10'],
  lossRate: 1,
};

export const corefilePlan: Proposal = {
  id: 'plan-0123456789abcdef',
  cause: 'coredns-config',
  mode: 'remediate',
  title: 'Repair the Corefile and restart CoreDNS',
  why: 'Line 4 holds the unknown directive redy.',
  steps: [
    {
      request: {
        type: 'patch-corefile',
        target: { kind: 'ConfigMap', namespace: 'kube-system', name: 'coredns', uid: 'u1' },
        params: {},
      },
      title: 'Change "redy" to "ready" in ConfigMap kube-system/coredns',
      mutation: {
        verb: 'patch',
        target: { kind: 'ConfigMap', namespace: 'kube-system', name: 'coredns', uid: 'u1' },
        patch: [{ op: 'replace', path: '/data/Corefile', value: '.:53 {\n  ready\n}\n' }],
      },
      diff: '-  redy\n+  ready\n',
      reads: ['/data/Corefile'],
      digest: 'a'.repeat(64),
      reach: 'CoreDNS only',
      undo: 'put the old text back',
      preconditions: [],
      settle: { type: 'none' },
      byHand: 'kubectl -n kube-system edit configmap coredns',
    },
  ],
  planHash: 'b'.repeat(64),
  dryRun: 'server-passed',
  verification: 'Fresh probes, twice, 30 s apart.',
  expiresAtMs: startMs + 900_000,
  approvalsNeeded: 1,
};

export const ana: Actor = { type: 'person', name: 'ana', via: 'slack' };

/** A stream told step by step: `at(seconds)` moves the store's clock, `tell` appends. */
export function createStory(id = 'inc-1') {
  const events: IncidentEvent[] = [];
  let nowMs = startMs;
  const story = {
    events,
    at(seconds: number) {
      nowMs = startMs + seconds * 1000;
      return story;
    },
    tell(body: EventBody, actor: Actor = { type: 'pathmedic', role: 'coordinator' }) {
      events.push({ v: 1, n: events.length + 1, atMs: nowMs, actor, body });
      return story;
    },
    nowMs: () => nowMs,
    incident(): Incident {
      const incident = foldIncident(id, events);
      if (incident === null) throw new Error('the story has not begun');
      return incident;
    },
  };
  story.tell({
    type: 'opened',
    scopeKey: 'dns:cluster',
    cluster: 'test',
    title: 'DNS does not answer in the whole cluster',
    symptoms: [dnsSymptom],
    detectedAtMs: startMs,
  });
  return story;
}

export type Story = ReturnType<typeof createStory>;

export const passOk = { ok: true, paths: 4, probes: 40, lost: 0, missing: 0, problems: [] };

export const corefileDiagnosis: EventBody = {
  type: 'diagnosed',
  diagnosis: {
    causes: [
      {
        id: 'coredns-config',
        score: 0.95,
        confidence: 'high',
        component: 'ConfigMap kube-system/coredns',
        summary: 'The Corefile holds an unknown directive.',
        for: [{ source: 'log', text: "Unknown directive 'redy'" }],
        against: [],
      },
    ],
    checks: [{ id: 'corefile', title: 'Corefile is valid', result: 'found', detail: 'line 4: redy' }],
    unknown: [],
  },
};

/** Up to an open card. */
export function untilCard(): Story {
  return createStory()
    .at(1)
    .tell({ type: 'triaged', lines: ['DNS: 0 of 96 lookups answered'], unknown: [] })
    .tell(corefileDiagnosis)
    .at(2)
    .tell({ type: 'drafted', proposal: corefilePlan })
    .at(3)
    .tell(
      { type: 'dry-run-ended', proposalId: corefilePlan.id, ok: true, detail: 'accepted' },
      { type: 'pathmedic', role: 'executor' },
    )
    .tell({ type: 'proposed', proposal: corefilePlan });
}

/** Up to a plan that was carried out. */
export function untilExecuted(): Story {
  const proposalId = corefilePlan.id;
  const executor: Actor = { type: 'pathmedic', role: 'executor' };
  return untilCard()
    .at(60)
    .tell({ type: 'decided', proposalId, decision: 'approved', approval: 'c'.repeat(64) }, ana)
    .tell({ type: 'execution-requested', proposalId })
    .tell({ type: 'execution-claimed', proposalId, executor: 'executor-1/x' }, executor)
    .tell({ type: 'step-intended', proposalId, step: 0, attempt: 1 }, executor)
    .tell(
      { type: 'step-ended', proposalId, step: 0, outcome: { result: 'applied', detail: 'generation 8' } },
      executor,
    )
    .tell({ type: 'step-settled', proposalId, step: 0, settled: true, detail: 'rolled out' }, executor)
    .tell({ type: 'execution-ended', proposalId, result: 'done', detail: 'Done.' }, executor);
}
