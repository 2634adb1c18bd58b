import { expect, test } from 'vitest';
import type { PodRecord } from '../facts/records.ts';
import { clusterDns } from '../facts/coredns-objects.ts';
import { crashing, pod } from '../facts/record-builders.fixture.ts';
import { planSteps } from './catalogue.ts';
import { rollAfterCorefile, takenByReload } from './corefile-roll.ts';
import { labFacts, rawConfigMap, rawPod, uidOf, withField } from './lab-objects.fixture.ts';
import { valueAt } from './json-pointer.ts';

const live = valueAt(rawConfigMap(), '/data/Corefile');
const good = live.found ? String(live.value) : '';
const bad = good.replace('    ready\n', '    redy\n');
const fixed = { type: 'restart-deployment', target: { name: 'coredns' } };

function dnsPod(name: string, over: Partial<PodRecord> = {}): PodRecord {
  return pod(name, 'kube-system', {
    ...over,
    meta: { labels: { 'k8s-app': 'kube-dns' }, owner: { kind: 'ReplicaSet', name: 'rs', uid: 'rs' } },
  });
}

const down = (name: string) => dnsPod(name, crashing('coredns'));
const roll = (pods: PodRecord[], before = bad, after = good) =>
  rollAfterCorefile(clusterDns(labFacts({ pods })), before, after).map(({ type, target, params }) => ({
    type,
    target: { name: target.name },
    ...('answering' in params ? { answering: params['answering'] } : {}),
  }));

test('when nothing serves, one pod is replaced and has to answer before the next', () => {
  expect(roll([down('a'), down('b')])).toEqual([
    { type: 'delete-pod', target: { name: 'a' }, answering: 1 },
    { type: 'delete-pod', target: { name: 'b' }, answering: 2 },
  ]);
});

test('pods that still serve take the file by reload, and only the one that fails is replaced', () => {
  expect(roll([dnsPod('a'), down('b')])).toEqual([
    { type: 'delete-pod', target: { name: 'b' }, answering: 1 },
  ]);
  expect(roll([dnsPod('a'), dnsPod('b')])).toEqual([]);
});

test('many failing pods are rolled by their Deployment once the first one answers', () => {
  const roles = roll(['a', 'b', 'c', 'd', 'e'].map(down));
  expect(roles).toEqual([{ type: 'delete-pod', target: { name: 'a' }, answering: 1 }, fixed]);
});

test('without reload the pods that serve are rolled, one of them first; the only one never goes before its successor', () => {
  const still = good.replace('    reload\n', '');
  expect(roll([dnsPod('a'), dnsPod('b')], still, good)).toEqual([
    { type: 'delete-pod', target: { name: 'a' }, answering: 1 },
    fixed,
  ]);
  expect(roll([dnsPod('a')], still, good)).toEqual([fixed]);
  expect(roll([dnsPod('a'), dnsPod('b')], good.replace('reload', 'reload off'), good)).toHaveLength(2);
});

test('a pod that has not begun reads the new file by itself', () => {
  expect(
    roll([dnsPod('a', { ready: false, scheduled: false, unschedulable: 'no node' }), down('b')]),
  ).toEqual([{ type: 'delete-pod', target: { name: 'b' }, answering: 1 }]);
});

test('the change waits for the agents where reload takes it, and for nothing where a roll follows', () => {
  const settleOf = (pods: PodRecord[]) => {
    const target = { kind: 'ConfigMap', namespace: 'kube-system', name: 'coredns' } as const;
    const params = { corefile: good, zone: 'cluster.local', change: 'Write redy as ready' };
    const object = withField(rawConfigMap(), '/data/Corefile', bad);
    const planned = planSteps(
      [{ type: 'patch-corefile', target, params }],
      [object],
      labFacts({ pods }),
      'plan-0123456789abcdef',
    );
    return planned.ok ? planned.steps[0]?.settle : planned.detail;
  };
  expect(settleOf([dnsPod('a'), dnsPod('b')])).toMatchObject({
    type: 'dns-answers',
    answering: 2,
    known: [],
  });
  expect(settleOf([dnsPod('a'), down('b')])).toEqual({ type: 'none' });
  const two = clusterDns(labFacts({ pods: [dnsPod('a'), dnsPod('b')] }));
  expect([takenByReload(two, bad, good), takenByReload(two, good.replace('reload', 'log'), good)]).toEqual([
    2, 0,
  ]);
});

test('the card tells what serves meanwhile, and what the plan waits for', () => {
  const object = withField(rawPod(), '/metadata/name', 'a');
  const own = dnsPod('a', crashing('coredns'));
  const inPlace = { ...own, meta: { ...own.meta, uid: uidOf(object), namespace: 'kube-flannel' } };
  const facts = (other: PodRecord) => {
    const at = labFacts({ pods: [inPlace, other] });
    const move = <T extends { meta: { namespace: string } }>(o: T) => ({
      ...o,
      meta: { ...o.meta, namespace: 'kube-flannel' },
    });
    return {
      ...at,
      services: at.services.map(move),
      deployments: at.deployments.map(move),
      pods: at.pods.map(move),
    };
  };
  const plan = (other: PodRecord) => {
    const target = { kind: 'Pod', namespace: 'kube-flannel', name: 'a', uid: uidOf(object) } as const;
    const request = { type: 'delete-pod' as const, target, params: { evidence: 'status', answering: 1 } };
    const planned = planSteps([request], [object], facts(other), 'plan-0123456789abcdef');
    return planned.ok ? planned.steps[0] : undefined;
  };
  expect(plan(down('b'))?.reach).toBe(
    'One CoreDNS pod is replaced; neither it nor another serves now, so nothing is lost. Its successor has to answer the agents before the plan goes on.',
  );
  expect(plan(dnsPod('b'))?.reach).toContain('1 other keeps serving meanwhile');
  expect(plan(down('b'))?.settle).toMatchObject({ type: 'dns-answers', answering: 1 });
});
