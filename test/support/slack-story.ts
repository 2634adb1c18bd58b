import type { EventBody } from '@pathmedic/coordinator/domain/incident-event.ts';
import type { Actor } from '@pathmedic/coordinator/domain/principal.ts';
import type { Proposal } from '@pathmedic/coordinator/domain/proposal.ts';
import type { SlackBench } from './slack-bench.ts';
import { ana } from './slack-bench.ts';

const title = 'Pods on node2 cannot reach pods on other nodes';

/** An incident as it goes when all goes well: flannel no longer runs on node2. `startMs` is the first loss. */
export function nodeSelectorStory(startMs: number) {
  const target = {
    kind: 'DaemonSet' as const,
    namespace: 'kube-flannel',
    name: 'kube-flannel-ds',
    uid: 'u-1',
  };
  const plan: Proposal = {
    id: 'plan-0123456789abcdef',
    cause: 'cni-agent-not-scheduled',
    mode: 'remediate',
    title: 'Remove nodeSelector net=on from DaemonSet kube-flannel/kube-flannel-ds',
    why: 'The selector excludes node2 and nothing else; it was added 31 s before the first loss.',
    steps: [
      {
        request: { type: 'patch-daemonset-node-selector', target, params: {} },
        title: 'Remove nodeSelector net=on from DaemonSet kube-flannel/kube-flannel-ds',
        mutation: {
          verb: 'patch',
          target,
          patch: [{ op: 'remove', path: '/spec/template/spec/nodeSelector/net' }],
        },
        diff: ' spec:\n   template:\n     spec:\n       nodeSelector:\n-        net: "on"\n         kubernetes.io/os: linux\n',
        reads: ['/spec/template/spec/nodeSelector'],
        digest: 'd'.repeat(64),
        reach:
          'Starts flannel on node2; the template changes, so the 41 others restart one by one (running pods keep their network).',
        undo: 'Put nodeSelector net=on back.',
        preconditions: [
          'DaemonSet kube-flannel/kube-flannel-ds still has the same nodeSelector and required affinity',
        ],
        settle: { type: 'rollout', target, timeoutMs: 120_000 },
        byHand:
          'kubectl -n kube-flannel patch daemonset/kube-flannel-ds --type=json -p \'[{"op":"remove","path":"/spec/template/spec/nodeSelector/net"}]\'',
      },
    ],
    planHash: 'e'.repeat(64),
    dryRun: 'server-passed',
    verification:
      'Fresh probes over the 8 failing paths, every path of node2, the affected workloads; twice, 30 s apart.',
    expiresAtMs: startMs + 14_000 + 900_000,
    approvalsNeeded: 1,
  };
  const opened: EventBody = {
    type: 'opened',
    scopeKey: 'nodes:node2',
    cluster: 'prod-eu1',
    title,
    symptoms: [
      {
        kind: 'paths-failing',
        key: 'cni-egress:node2',
        scope: { type: 'nodes', nodes: ['node2'] },
        component: 'cni-egress:node2',
        headline: title,
        sinceMs: startMs,
        lines: [
          'node2 to 8 of 8 peers: 0 of 312 probes answered (pod network)',
          'node2 to 8 of 8 peers: 312 of 312 answered (node network)',
        ],
        affected: { nodes: ['node2'], namespaces: [], objects: [target] },
        pathIds: ['p1'],
        lossRate: 1,
      },
    ],
    detectedAtMs: startMs + 9000,
  };
  const executor: Actor = { type: 'pathmedic', role: 'executor' };
  const proposalId = plan.id;
  const pass = (n: 1 | 2): EventBody => ({
    type: 'pass-ended',
    pass: n,
    nonce: `nonce-${n}-xx`,
    outcome: { ok: true, paths: 64, probes: 1920, lost: 0, missing: 0, problems: [] },
  });
  const passStarted = (n: 1 | 2, atMs: number): EventBody => ({
    type: 'pass-started',
    pass: n,
    nonce: `nonce-${n}-xx`,
    paths: 64,
    deadlineMs: atMs + 45_000,
  });
  /** Seconds after the first loss, event, who. */
  const untilCard: [number, EventBody, Actor?][] = [
    [
      10,
      {
        type: 'triaged',
        lines: [
          'node2 to 8 of 8 peers: 0 of 312 probes answered (pod network)',
          'node2 to 8 of 8 peers: 312 of 312 answered (node network)',
          'Everything else answers: 1204 of 1204 other paths.',
          'DaemonSet kube-flannel/kube-flannel-ds was changed 31 s before with kubectl-edit.',
        ],
        unknown: [],
      },
    ],
    [
      11,
      {
        type: 'diagnosed',
        diagnosis: {
          causes: [
            {
              id: 'cni-agent-not-scheduled',
              score: 0.95,
              confidence: 'high',
              component: 'DaemonSet kube-flannel/kube-flannel-ds',
              summary:
                'flannel no longer runs on node2: its DaemonSet got nodeSelector net=on at 03:12:10 UTC, and node2 lacks that label.',
              for: [
                { source: 'object', text: '41 of 42 nodes have a flannel pod; node2 has none' },
                { source: 'event', text: 'SuccessfulDelete: the pod on node2 was removed at 03:12:11' },
              ],
              against: [],
            },
          ],
          checks: [
            { id: 'taints', title: 'taints of node2', result: 'clear', detail: 'none' },
            { id: 'image', title: 'image pull', result: 'clear', detail: 'present' },
            { id: 'quota', title: 'quota', result: 'clear', detail: 'none' },
            { id: 'underlay', title: 'node network', result: 'clear', detail: 'no loss' },
            { id: 'mtu', title: 'MTU', result: 'clear', detail: '1450 everywhere' },
          ],
          unknown: [],
        },
      },
    ],
    [12, { type: 'drafted', proposal: plan }],
    [
      13,
      { type: 'dry-run-ended', proposalId, ok: true, detail: 'The API server accepts every step.' },
      executor,
    ],
    [14, { type: 'proposed', proposal: plan }],
  ];
  const decision: [number, EventBody, Actor?] = [
    141,
    { type: 'decided', proposalId, decision: 'approved', approval: 'c'.repeat(64) },
    ana,
  ];
  const afterDecision: [number, EventBody, Actor?][] = [
    [141, { type: 'execution-requested', proposalId }],
    [141, { type: 'execution-claimed', proposalId, executor: 'executor-1/x' }, executor],
    [141, { type: 'step-intended', proposalId, step: 0, attempt: 1 }, executor],
    [
      142,
      {
        type: 'step-ended',
        proposalId,
        step: 0,
        outcome: { result: 'applied', detail: `${plan.title} (generation 8)` },
      },
      executor,
    ],
    [
      180,
      {
        type: 'step-settled',
        proposalId,
        step: 0,
        settled: true,
        detail: 'DaemonSet kube-flannel/kube-flannel-ds is rolled out',
      },
      executor,
    ],
    [180, { type: 'execution-ended', proposalId, result: 'done', detail: 'Done.' }, executor],
    [182, { type: 'recovered', detail: 'Every path that failed answers again.' }],
    [182, passStarted(1, startMs + 182_000)],
    [186, pass(1)],
    [216, passStarted(2, startMs + 216_000)],
    [220, pass(2)],
    [
      221,
      {
        type: 'closed',
        how: 'fixed',
        summary: 'fixed',
        auditHead: '3f9a1c77d2e4b6a8'.repeat(4),
      },
    ],
  ];
  return { opened, plan, untilCard, decision, afterDecision };
}

export type Told = [number, EventBody, Actor?];

/** Tells events at their time; `after` runs between them. */
export async function tellAll(
  bench: SlackBench,
  incidentId: string,
  startMs: number,
  events: readonly Told[],
  after: () => Promise<void> = async () => undefined,
): Promise<void> {
  for (const [seconds, body, actor] of events) {
    bench.clock.forward(Math.max(0, startMs + seconds * 1000 - bench.clock.nowMs()));
    await bench.tell(incidentId, body, actor);
    await after();
  }
}
