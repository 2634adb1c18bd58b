import { describe, expect, it } from 'vitest';
import { type ActionRequest, PlannedAction } from '../domain/action.ts';
import type { RawObject } from '../domain/raw-object.ts';
import type { ClusterFacts } from '../facts/cluster-facts.ts';
import { container } from '../facts/record-builders.fixture.ts';
import { planSteps, tookEffect } from './catalogue.ts';
import { digestOf } from './digest.ts';
import { valueAt } from './json-pointer.ts';
import {
  applied,
  labFacts,
  rawConfigMap,
  rawDaemonSet,
  rawDeployment,
  rawPod,
  uidOf,
  withField,
} from './lab-objects.fixture.ts';
import { planHash } from './plan-hash.ts';

const PLAN = 'plan-0123456789abcdef';
const MANAGER = `pathmedic-${PLAN}`;

const flannel = { kind: 'DaemonSet', namespace: 'kube-flannel', name: 'kube-flannel-ds' } as const;
const coredns = { kind: 'Deployment', namespace: 'kube-system', name: 'coredns' } as const;
const corefile = { kind: 'ConfigMap', namespace: 'kube-system', name: 'coredns' } as const;

function planOne(request: ActionRequest, object: RawObject, facts: ClusterFacts = labFacts()) {
  const result = planSteps([request], [object], facts, PLAN);
  const step = result.ok ? result.steps[0] : undefined;
  if (step === undefined) throw new Error(result.ok ? 'no step' : `${result.reason}: ${result.detail}`);
  expect(() => PlannedAction.parse(step)).not.toThrow();
  return step;
}

function refusal(request: ActionRequest, object: RawObject, facts: ClusterFacts = labFacts()): string {
  const result = planSteps([request], [object], facts, PLAN);
  return result.ok ? 'planned' : result.reason;
}

/** The object after the step's patch, as the API server would return it. */
function after(object: RawObject, step: PlannedAction): RawObject {
  if (step.mutation.verb !== 'patch') throw new Error('not a patch');
  return applied(object, step.mutation.patch);
}

function field(object: RawObject, path: string) {
  const at = valueAt(object, path);
  return at.found ? at.value : undefined;
}

const selecting = () =>
  withField(rawDaemonSet(), '/spec/template/spec/nodeSelector', { net: 'on', pool: 'a' });
const removeNet: ActionRequest = {
  type: 'patch-daemonset-node-selector',
  target: flannel,
  params: { removeKeys: ['net'] },
};

const plannedWords = {
  cause: 'coredns-config' as const,
  mode: 'remediate' as const,
  title: 'Repair the Corefile',
  why: 'It cannot be read.',
  dryRun: 'server-passed' as const,
  verification: '',
  approvalsNeeded: 1,
};

describe('every patch', () => {
  const requests: [ActionRequest, RawObject][] = [
    [{ ...removeNet, params: { removeKeys: ['net', 'pool'] } }, selecting()],
    [{ type: 'restart-daemonset', target: flannel, params: {} }, rawDaemonSet()],
    [{ type: 'restart-deployment', target: coredns, params: {} }, rawDeployment()],
    [{ type: 'scale-coredns', target: coredns, params: { replicas: 3 } }, rawDeployment()],
  ];

  it.each(requests)(
    '%o applies to the object it was planned on, and is recognised on it afterwards',
    (request, object) => {
      const step = planOne(request, object);
      const changed = after(object, step);
      expect(tookEffect(step, object, MANAGER)).toBe('no');
      expect(tookEffect(step, changed, MANAGER)).toBe('yes');
      expect(tookEffect(step, null, MANAGER)).toBe('cannot-tell');
      expect(digestOf(changed, step.reads)).not.toBe(step.digest);
      expect(digestOf(object, step.reads)).toBe(step.digest);
      expect(digestOf(withField(object, '/metadata/uid', 'another'), step.reads)).not.toBe(step.digest);
    },
  );

  it.each(requests)('%o is refused by its own tests on a replaced object', (request, object) => {
    const step = planOne(request, object);
    expect(() => after(withField(object, '/metadata/uid', 'another'), step)).toThrow('test failed');
    expect(tookEffect(step, withField(object, '/metadata/uid', 'another'), MANAGER)).toBe('cannot-tell');
  });

  it.each(requests)(
    '%o does not change its digest when only status and resourceVersion move',
    (request, object) => {
      const step = planOne(request, object);
      const moved = withField(
        withField(object, '/metadata/resourceVersion', '99999'),
        '/status/observedGeneration',
        77,
      );
      expect(digestOf(moved, step.reads)).toBe(step.digest);
      expect(() => after(moved, step)).not.toThrow();
    },
  );

  it('is recognised by its field manager also after somebody changed the field again', () => {
    const [request, object] = requests[0] ?? [removeNet, rawDaemonSet()];
    const step = planOne(request, object);
    const later = withField(object, '/metadata/managedFields', [{ manager: MANAGER, operation: 'Update' }]);
    expect(tookEffect(step, later, MANAGER)).toBe('yes');
  });
});

describe('patch-daemonset-node-selector', () => {
  it('removes the named keys and nothing else', () => {
    const facts = labFacts({
      nodes: labFacts().nodes.map((at) => ({
        ...at,
        meta: { ...at.meta, labels: { ...at.meta.labels, pool: 'a' } },
      })),
    });
    const step = planOne(removeNet, selecting(), facts);
    expect(field(after(selecting(), step), '/spec/template/spec/nodeSelector')).toEqual({ pool: 'a' });
    expect(step.title).toBe('Remove nodeSelector net=on from DaemonSet kube-flannel/kube-flannel-ds');
    expect(step.diff).toContain('-    net: "on"');
    expect(step.reach).toBe(
      'Starts kube-flannel-ds on node3; the template changes, so the 2 others restart one by one (running pods keep their network).',
    );
    expect(step.byHand).toContain(
      "kubectl -n kube-flannel patch daemonset/kube-flannel-ds --type=json -p '[{",
    );
  });

  it('refuses what would bring the agent to no node, what is gone, and the platform keys', () => {
    expect(refusal(removeNet, selecting())).toBe('nothing-to-do');
    expect(refusal(removeNet, rawDaemonSet())).toBe('nothing-to-do');
    const os = withField(rawDaemonSet(), '/spec/template/spec/nodeSelector', { 'kubernetes.io/os': 'linux' });
    expect(refusal({ ...removeNet, params: { removeKeys: ['kubernetes.io/os'] } }, os)).toBe('unsafe');
    expect(refusal({ ...removeNet, params: { removeKeys: [] } }, selecting())).toBe('invalid-params');
  });

  it('finds keys with a slash', () => {
    const slashed = withField(rawDaemonSet(), '/spec/template/spec/nodeSelector', {
      'example.com/net': 'on',
      zone: 'a',
    });
    const nodes = labFacts().nodes.map((at) => ({
      ...at,
      meta: { ...at.meta, labels: { ...at.meta.labels, zone: 'a' } },
    }));
    const step = planOne(
      { ...removeNet, params: { removeKeys: ['example.com/net'] } },
      slashed,
      labFacts({ nodes }),
    );
    expect(field(after(slashed, step), '/spec/template/spec/nodeSelector')).toEqual({ zone: 'a' });
  });

  it('takes a requirement out of the required affinity and keeps the others', () => {
    const path = '/spec/template/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution';
    const both = [
      { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] },
      { key: 'net', operator: 'In', values: ['on'] },
    ];
    const object = withField(rawDaemonSet(), path, { nodeSelectorTerms: [{ matchExpressions: both }] });
    const step = planOne({ ...removeNet, params: { removeAffinityKeys: ['net'] } }, object);
    expect(field(after(object, step), path)).toEqual({
      nodeSelectorTerms: [{ matchExpressions: [both[0]] }],
    });
  });

  it('refuses while an image cannot be pulled, and on a managed DaemonSet', () => {
    const facts = labFacts();
    const stuck = facts.pods.map((at, i) =>
      i === 0
        ? {
            ...at,
            ready: false,
            containers: [container('f', { ready: false, state: 'waiting', reason: 'ImagePullBackOff' })],
          }
        : at,
    );
    const both = { ...removeNet, params: { removeKeys: ['net', 'pool'] } };
    expect(refusal(both, selecting(), { ...facts, pods: stuck })).toBe('unsafe');
    const argo = withField(selecting(), '/metadata/annotations', {
      'argocd.argoproj.io/tracking-id': 'net:apps/DaemonSet',
    });
    expect(refusal(both, argo)).toBe('managed-elsewhere');
    const operator = withField(selecting(), '/metadata/ownerReferences', [
      {
        apiVersion: 'operator.tigera.io/v1',
        kind: 'Installation',
        name: 'default',
        controller: true,
        uid: 'x',
      },
    ]);
    expect(refusal(both, operator)).toBe('managed-elsewhere');
  });
});

describe('patch-daemonset-tolerations', () => {
  const request: ActionRequest = {
    type: 'patch-daemonset-tolerations',
    target: flannel,
    params: { add: [{ key: 'maintenance', operator: 'Exists', effect: 'NoExecute' }] },
  };
  const tainted = labFacts({
    nodes: labFacts().nodes.map((at) =>
      at.meta.name === 'node3'
        ? { ...at, taints: [{ key: 'maintenance', value: '', effect: 'NoExecute' }] }
        : at,
    ),
  });

  it('adds exactly the missing one', () => {
    const step = planOne(request, rawDaemonSet(), tainted);
    expect(field(after(rawDaemonSet(), step), '/spec/template/spec/tolerations')).toEqual([
      { effect: 'NoSchedule', operator: 'Exists' },
      { key: 'maintenance', operator: 'Exists', effect: 'NoExecute' },
    ]);
    expect(tookEffect(step, after(rawDaemonSet(), step), MANAGER)).toBe('yes');
  });

  it('makes the list where there was none', () => {
    const none = rawDaemonSet();
    const spec = field(none, '/spec/template/spec');
    if (typeof spec === 'object' && spec !== null && !Array.isArray(spec)) delete spec['tolerations'];
    expect(
      field(after(none, planOne(request, none, tainted)), '/spec/template/spec/tolerations'),
    ).toHaveLength(1);
  });

  it('refuses a blanket toleration, and one that helps nowhere', () => {
    expect(refusal({ ...request, params: { add: [{ operator: 'Exists' }] } }, rawDaemonSet(), tainted)).toBe(
      'invalid-params',
    );
    expect(refusal(request, rawDaemonSet())).toBe('nothing-to-do');
  });
});

describe('restarts', () => {
  const restart: ActionRequest = { type: 'restart-daemonset', target: flannel, params: {} };

  it('stamp the template with the plan', () => {
    const step = planOne(restart, rawDaemonSet());
    const path = '/spec/template/metadata/annotations/pathmedic.dev~1restarted-by';
    expect(field(after(rawDaemonSet(), step), path)).toBe(PLAN);
  });

  it('are refused on OnDelete, on all at once, and on what is no networking component', () => {
    const facts = labFacts();
    const changed = (over: object) => ({
      ...facts,
      daemonSets: facts.daemonSets.map((ds) => ({ ...ds, ...over })),
    });
    expect(refusal(restart, rawDaemonSet(), changed({ updateStrategy: 'OnDelete' }))).toBe('unsafe');
    expect(refusal(restart, rawDaemonSet(), changed({ maxUnavailable: '100%' }))).toBe('unsafe');
    const paused = { ...facts, deployments: facts.deployments.map((at) => ({ ...at, paused: true })) };
    expect(
      refusal({ type: 'restart-deployment', target: coredns, params: {} }, rawDeployment(), paused),
    ).toBe('unsafe');
    const helm = withField(rawDaemonSet(), '/metadata/annotations', {
      'meta.helm.sh/release-name': 'flannel',
    });
    expect(refusal(restart, helm)).toBe('planned');
  });
});

describe('scale-coredns', () => {
  it('only ever scales up, and never against an autoscaler', () => {
    const request: ActionRequest = { type: 'scale-coredns', target: coredns, params: { replicas: 2 } };
    expect(refusal(request, rawDeployment())).toBe('nothing-to-do');
    const step = planOne(request, withField(rawDeployment(), '/spec/replicas', 0));
    expect(step.title).toBe('Scale Deployment kube-system/coredns from 0 to 2 replicas');
    expect(step.byHand).toContain('--current-replicas=0 --replicas=2');
    const facts = labFacts();
    const [first] = facts.deployments;
    if (first === undefined) throw new Error('no deployment');
    const scaler = { ...first, meta: { ...first.meta, name: 'dns-autoscaler', uid: 'other' }, replicas: 1 };
    const scaled = { ...facts, deployments: [...facts.deployments, scaler] };
    expect(refusal(request, withField(rawDeployment(), '/spec/replicas', 0), scaled)).toBe(
      'managed-elsewhere',
    );
  });
});

describe('delete-pod', () => {
  const object = rawPod();
  const target = {
    kind: 'Pod',
    namespace: 'kube-flannel',
    name: String(field(object, '/metadata/name')),
    uid: uidOf(object),
  } as const;
  const request: ActionRequest = { type: 'delete-pod', target, params: { evidence: 'status' } };
  const facts = labFacts();
  const [agent] = facts.pods;
  const asPod = (over: object) => ({
    ...facts,
    pods:
      agent === undefined
        ? []
        : [{ ...agent, meta: { ...agent.meta, uid: target.uid, name: target.name }, ...over }],
  });

  it('is bound to the UID and waits for the replacement', () => {
    const step = planOne(request, object, asPod({ ready: false }));
    expect(step.mutation).toEqual({ verb: 'delete', target });
    expect(step.settle).toMatchObject({
      type: 'replaced',
      owner: { kind: 'DaemonSet', name: 'kube-flannel-ds' },
    });
    expect(tookEffect(step, object, MANAGER)).toBe('no');
    expect(tookEffect(step, null, MANAGER)).toBe('yes');
    expect(tookEffect(step, withField(object, '/metadata/uid', 'next'), MANAGER)).toBe('yes');
  });

  it('refuses healthy pods, pods without a controller, other pods, and a target without UID', () => {
    expect(refusal(request, object, asPod({ ready: true }))).toBe('nothing-to-do');
    expect(refusal({ ...request, params: { evidence: 'probes' } }, object, asPod({ ready: true }))).toBe(
      'planned',
    );
    expect(
      refusal(request, withField(object, '/metadata/ownerReferences', []), asPod({ ready: false })),
    ).toBe('unsafe');
    expect(refusal(request, object, facts)).toBe('wrong-target');
    const { uid: _, ...named } = target;
    expect(refusal({ ...request, target: named }, object, asPod({ ready: false }))).toBe('invalid-params');
  });
});

describe('patch-corefile', () => {
  const good = String(field(rawConfigMap(), '/data/Corefile'));
  const broken = withField(rawConfigMap(), '/data/Corefile', good.replace('    ready\n', '    redy\n'));
  const params = { corefile: good, zone: 'cluster.local', change: 'Write redy as ready' };
  const request: ActionRequest = { type: 'patch-corefile', target: corefile, params };

  it('shows the line that changes and replaces the text', () => {
    const step = planOne(request, broken);
    expect(step.diff.split('\n').filter((line) => !line.startsWith(' '))).toEqual([
      '-    redy',
      '+    ready',
    ]);
    expect(field(after(broken, step), '/data/Corefile')).toBe(good);
    expect(tookEffect(step, after(broken, step), MANAGER)).toBe('yes');
    expect(step.byHand).toMatch(
      /^kubectl -n kube-system patch configmap\/coredns --type=merge --patch-file=\/dev\/stdin <<'END_OF_PATCH'\ndata:\n {2}Corefile: \|\n/,
    );
  });

  it('never proposes a file that CoreDNS would refuse or that loses the cluster zone', () => {
    const bad = (corefileText: string) =>
      refusal({ ...request, params: { ...params, corefile: corefileText } }, broken);
    expect(bad(good.replace('ready', 'raedy'))).toBe('unsafe');
    expect(bad(good.slice(0, good.lastIndexOf('}')))).toBe('unsafe');
    expect(bad(good.replace('kubernetes cluster.local', 'kubernetes other.local'))).toBe('unsafe');
    expect(bad(good.replace('/etc/resolv.conf', '198.18.32.10'))).toBe('unsafe');
  });

  it('and the restart of CoreDNS after it have independent digests', () => {
    const restart: ActionRequest = { type: 'restart-deployment', target: coredns, params: {} };
    const result = planSteps([request, restart], [broken, rawDeployment()], labFacts(), PLAN);
    if (!result.ok) throw new Error(result.detail);
    const alone = planOne(restart, rawDeployment());
    expect(result.steps[1]?.digest).toBe(alone.digest);
    const plan = (id: string, steps = result.steps) => planHash({ ...plannedWords, id, steps });
    expect(plan('a')).not.toBe(plan('b'));
    expect(plan('a')).not.toBe(plan('a', result.steps.toReversed()));
  });
});

describe('a plan', () => {
  it('is all or nothing, and never touches an object twice', () => {
    const object = selecting();
    const both: ActionRequest = { ...removeNet, params: { removeKeys: ['net', 'pool'] } };
    expect(
      planSteps(
        [both, { type: 'restart-daemonset', target: flannel, params: {} }],
        [object, object],
        labFacts(),
        PLAN,
      ),
    ).toMatchObject({
      ok: false,
      step: 1,
      reason: 'unsafe',
    });
    expect(planSteps([{ ...both, type: 'escalate' }], [object], labFacts(), PLAN)).toMatchObject({
      ok: false,
      reason: 'not-an-action',
    });
    expect(planSteps([], [], labFacts(), PLAN).ok).toBe(false);
  });

  it('refuses an object of another name or UID', () => {
    expect(refusal({ ...removeNet, target: { ...flannel, name: 'other' } }, selecting())).toBe(
      'wrong-target',
    );
    expect(refusal({ ...removeNet, target: { ...flannel, uid: 'older' } }, selecting())).toBe('wrong-target');
  });
});
