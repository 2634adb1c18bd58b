import type { EventBody, NewEvent } from '@pathmedic/coordinator/domain/incident-event.ts';
import type { NetworkSnapshot, PathState } from '@pathmedic/coordinator/domain/network.ts';
import { pathId } from '@pathmedic/coordinator/domain/path.ts';
import type { Path } from '@pathmedic/coordinator/domain/path.ts';
import type { Actor } from '@pathmedic/coordinator/domain/principal.ts';
import type { Proposal } from '@pathmedic/coordinator/domain/proposal.ts';
import type { Symptom } from '@pathmedic/coordinator/domain/symptom.ts';
import type { IncidentStore } from '@pathmedic/coordinator/ports/incident-store.ts';

/** A realistic incident, told event by event into a real store: flannel no longer runs on node2. */

const coordinator: Actor = { type: 'pathmedic', role: 'coordinator' };
const executor: Actor = { type: 'pathmedic', role: 'executor' };
const daemonSet = { kind: 'DaemonSet', namespace: 'kube-flannel', name: 'kube-flannel-ds' } as const;

export const title = 'Pods on node2 cannot reach pods on other nodes';
export const planTitle = 'Remove nodeSelector net=on from DaemonSet kube-flannel/kube-flannel-ds';

function symptom(nowMs: number): Symptom {
  return {
    kind: 'paths-failing',
    key: 'paths-failing|cni-egress:node2',
    scope: { type: 'nodes', nodes: ['node2'] },
    component: 'cni-egress:node2',
    headline: title,
    sinceMs: nowMs - 9000,
    lines: [
      'node2 to 4 of 4 other nodes, pod network: 0 of 96 probes answered',
      'node2 to 4 of 4 other nodes, node network: 96 of 96 probes answered',
      'pods within node2 reach each other',
    ],
    affected: { nodes: ['node2'], namespaces: [], objects: [daemonSet] },
    pathIds: ['pod|tcp|node2/pod|node1/pod'],
    lossRate: 1,
  };
}

const diff = `   spec:
     template:
       spec:
         hostNetwork: true
-        nodeSelector:
-          kubernetes.io/os: linux
-          net: "on"
+        nodeSelector:
+          kubernetes.io/os: linux
         priorityClassName: system-node-critical
         tolerations:
         - effect: NoSchedule
`;

export function plan(nowMs: number, change: Partial<Proposal> = {}): Proposal {
  return {
    id: `plan-${'0123456789abcdef'.repeat(2)}`,
    cause: 'cni-agent-not-scheduled',
    mode: 'remediate',
    title: planTitle,
    why: 'The selector excludes node2 and nothing else; it was added 31 s before the first loss. Ruled out: taints, image, quota, node network, MTU.',
    steps: [
      {
        request: { type: 'patch-daemonset-node-selector', target: { ...daemonSet, uid: 'u-1' }, params: {} },
        title: planTitle,
        mutation: {
          verb: 'patch',
          target: { ...daemonSet, uid: 'u-1' },
          patch: [{ op: 'remove', path: '/spec/template/spec/nodeSelector/net' }],
        },
        diff,
        reads: ['/spec/template/spec/nodeSelector'],
        digest: 'a'.repeat(64),
        reach:
          'Starts flannel on node2; the template changes, so the 4 others restart one by one (running pods keep their network).',
        undo: 'Put the selector net=on back.',
        preconditions: [
          'The symptom is still there',
          'The selector is still net=on',
          'updateStrategy is RollingUpdate, maxUnavailable 1',
        ],
        settle: { type: 'rollout', target: daemonSet, timeoutMs: 120_000 },
        byHand:
          'kubectl -n kube-flannel patch daemonset kube-flannel-ds --type=json -p \'[{"op":"remove","path":"/spec/template/spec/nodeSelector/net"}]\'',
      },
    ],
    planHash: 'b'.repeat(64),
    dryRun: 'server-passed',
    verification: 'node2 with 4 peers both ways, Services and DNS, with fresh probes; twice, 30 s apart.',
    expiresAtMs: nowMs + 900_000,
    approvalsNeeded: 1,
    ...change,
  };
}

const triaged: EventBody = {
  type: 'triaged',
  lines: [
    'node2 to 4 of 4 other nodes: all lost on the pod network, none on the node network.',
    'DaemonSet kube-flannel/kube-flannel-ds: 4 of 5 pods, none on node2.',
    'Event 31 s before the first loss: its pod template was changed by kubectl-edit.',
    'DNS and Services elsewhere: 142 other paths, none failing.',
  ],
  unknown: ['the kernel log of node2'],
};

const diagnosed: EventBody = {
  type: 'diagnosed',
  diagnosis: {
    causes: [
      {
        id: 'cni-agent-not-scheduled',
        score: 0.94,
        confidence: 'high',
        component: 'DaemonSet kube-flannel/kube-flannel-ds',
        summary:
          'flannel no longer runs on node2: its DaemonSet got nodeSelector net=on 31 s before the first loss, and node2 lacks that label.',
        for: [
          {
            source: 'object',
            text: 'DaemonSet wants 4 pods on 5 nodes; node2 has none',
            ref: daemonSet,
          },
          {
            source: 'object',
            text: 'nodeSelector net=on does not match node2 (labels: kubernetes.io/os=linux)',
            ref: { kind: 'Node', namespace: '', name: 'node2' },
          },
          { source: 'event', text: 'SuccessfulDelete: deleted pod kube-flannel-ds-x7k2p', ref: daemonSet },
          { source: 'probe', text: 'all pod paths from and to node2 are lost, its node paths are not' },
        ],
        against: [],
      },
      {
        id: 'overlay-blocked',
        score: 0.2,
        confidence: 'low',
        component: 'VXLAN between node2 and its peers',
        summary: 'UDP 8472 between node2 and the other nodes could be filtered.',
        for: [{ source: 'probe', text: 'only the pod network is lost' }],
        against: [{ source: 'object', text: 'no flannel pod runs on node2, which explains it all' }],
      },
    ],
    checks: [
      {
        id: 'ds-coverage',
        title: 'CNI DaemonSet covers every node',
        result: 'found',
        detail: '4 of 5; missing: node2',
      },
      {
        id: 'ds-crash',
        title: 'CNI pods crash',
        result: 'clear',
        detail: '4 of 4 running, no restarts in 24 h',
      },
      { id: 'taints', title: 'Taints keep the CNI away', result: 'clear', detail: 'node2 has none' },
      { id: 'ipam', title: 'Pod addresses are used up', result: 'clear', detail: '23 of 254 in use' },
      { id: 'node-net', title: 'Node network', result: 'clear', detail: '0 of 96 probes lost' },
      {
        id: 'conntrack',
        title: 'Conntrack table is full',
        result: 'unknown',
        detail: 'no host agent on node2 reports it',
      },
    ],
    unknown: ['the kernel log of node2', 'the hypervisor of node2'],
  },
};

export const passOk = { ok: true, paths: 64, probes: 1920, lost: 0, missing: 0, problems: [] };

/** Tells an incident into the store; each call appends and returns. Times are the store's own. */
export async function tellStory(store: IncidentStore, id = 'inc-node2', change: Partial<Proposal> = {}) {
  const nowMs = await store.nowMs();
  const proposal = plan(nowMs, change);
  const proposalId = proposal.id;
  let length = 1;

  async function tell(bodies: EventBody[], actor: Actor = coordinator): Promise<void> {
    // A message or a decision may have come in between.
    const loaded = await store.load(id);
    length = loaded?.incident.length ?? length;
    const events = bodies.map((body): NewEvent => ({ v: 1, actor, body }));
    const result = await store.append({
      incidentId: id,
      expectedLength: length,
      events,
      outbox: [],
      due: [],
    });
    if (!result.ok) throw new Error(`not appended: ${result.reason}`);
    length += events.length;
  }

  const opened = await store.open({
    incidentId: id,
    scopeKey: `scope-${id}`,
    expectedLength: 0,
    events: [
      {
        v: 1,
        actor: coordinator,
        body: {
          type: 'opened',
          scopeKey: `scope-${id}`,
          cluster: 'prod-eu1',
          title,
          symptoms: [symptom(nowMs)],
          detectedAtMs: nowMs,
        },
      },
    ],
    outbox: [],
    due: [],
  });
  if (!opened.ok) throw new Error(`not opened: ${opened.reason}`);

  return {
    id,
    proposalId,
    tell,
    triage: () => tell([triaged]),
    diagnose: () => tell([diagnosed]),
    propose: () => tell([{ type: 'proposed', proposal }]),
    execute: async () => {
      await tell([{ type: 'execution-requested', proposalId }]);
      await tell(
        [
          { type: 'execution-claimed', proposalId, executor: 'pathmedic-executor-7c9/k2' },
          { type: 'step-intended', proposalId, step: 0, attempt: 1 },
          {
            type: 'step-ended',
            proposalId,
            step: 0,
            outcome: { result: 'applied', detail: 'generation 7 to 8' },
          },
        ],
        executor,
      );
    },
    settle: () =>
      tell(
        [
          { type: 'step-settled', proposalId, step: 0, settled: true, detail: '5 of 5 pods ready' },
          { type: 'execution-ended', proposalId, result: 'done', detail: 'Done.' },
        ],
        executor,
      ),
    startPass: async (pass: 1 | 2) =>
      tell([
        {
          type: 'pass-started',
          pass,
          nonce: `nonce-${pass}-0123456789`,
          paths: 64,
          deadlineMs: (await store.nowMs()) + 45_000,
        },
      ]),
    endPass: (pass: 1 | 2) =>
      tell([{ type: 'pass-ended', pass, nonce: `nonce-${pass}-0123456789`, outcome: passOk }]),
    close: () =>
      tell([
        {
          type: 'closed',
          how: 'fixed',
          summary:
            'Cause: flannel was not scheduled on node2 (nodeSelector net=on). Fix: selector removed, approved by @ana. Both checks passed, nothing lost.',
          auditHead: 'c0ffee'.repeat(10) + 'c0ff',
        },
      ]),
  };
}

/** What five nodes see while node2 is cut off; all healthy with `broken: false`. */
export function snapshot(atMs: number, broken = true): NetworkSnapshot {
  const nodes = ['node1', 'node2', 'node3', 'node4', 'node5'];
  const paths: PathState[] = [];
  const add = (path: Omit<Path, 'id'>, failing: boolean): void => {
    const sent = 24;
    const lost = failing ? sent : 0;
    const failures = failing ? [{ outcome: 'timeout', count: lost }] : [];
    const state = failing ? 'failing' : 'healthy';
    paths.push({
      path: { ...path, id: pathId(path) },
      state,
      sent,
      lost,
      failures,
      sinceMs: atMs - 9000,
      lastReportMs: atMs,
    });
  };
  for (const node of nodes) {
    const pod = { node, mode: 'pod', namespace: 'pathmedic' } as const;
    const host = { node, mode: 'host', namespace: 'pathmedic' } as const;
    for (const other of nodes.filter((name) => name !== node)) {
      const cut = broken && (node === 'node2' || other === 'node2');
      const end = { type: 'agent', node: other, podUid: `uid-${other}`, port: 8471 } as const;
      add(
        { from: pod, kind: 'pod', protocol: 'tcp', to: { ...end, mode: 'pod', address: '10.244.0.9' } },
        cut,
      );
      add(
        { from: host, kind: 'node', protocol: 'tcp', to: { ...end, mode: 'host', address: '10.0.0.9' } },
        false,
      );
    }
    const outside = broken && node === 'node2';
    add(
      {
        from: pod,
        kind: 'dns',
        protocol: 'dns-udp',
        to: { type: 'dns-vip', address: '10.96.0.10', port: 53, upstream: false },
      },
      outside,
    );
    for (const [dns, on] of [
      ['coredns-5d78c9-k4x7w', 'node1'],
      ['coredns-5d78c9-zz2lm', 'node3'],
    ] as const) {
      add(
        {
          from: pod,
          kind: 'dns',
          protocol: 'dns-udp',
          to: {
            type: 'dns-pod',
            pod: `kube-system/${dns}`,
            node: on,
            address: '10.244.0.2',
            port: 53,
            upstream: false,
          },
        },
        outside,
      );
    }
    add(
      {
        from: pod,
        kind: 'service',
        protocol: 'tcp',
        to: {
          type: 'service',
          namespace: 'pathmedic',
          name: 'reflector',
          address: '10.96.7.7',
          port: 8471,
          backend: null,
        },
      },
      outside,
    );
    add(
      {
        from: host,
        kind: 'api',
        protocol: 'tcp',
        to: { type: 'apiserver', via: 'service', address: '10.96.0.1', port: 443 },
      },
      false,
    );
  }
  return {
    atMs,
    complete: true,
    judged: { nodes, namespaces: null },
    paths,
    suspects: [],
    symptoms: [],
    agents: nodes.flatMap((node) =>
      ['pod', 'host'].map((mode) => ({
        node,
        mode,
        namespace: 'pathmedic',
        lastReportMs: atMs,
        impaired: null,
      })),
    ),
  };
}
