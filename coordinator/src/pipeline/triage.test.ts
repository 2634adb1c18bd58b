import { expect, test } from 'vitest';
import { event, pod, T0 } from '../facts/record-builders.fixture.ts';
import type { EventRecord } from '../facts/records.ts';
import { cluster, network, symptom } from '../runbooks/situation.fixture.ts';
import { foldIncident } from '../domain/fold.ts';
import type { Symptom } from '../domain/symptom.ts';
import { triage } from './triage.ts';

function told(about: Partial<Symptom>, events: EventRecord[]): string[] {
  const body = { type: 'opened' as const, scopeKey: 's', cluster: 'c', title: 't', detectedAtMs: T0 };
  const incident = foldIncident('inc-1', [
    {
      v: 1,
      n: 1,
      atMs: T0,
      actor: { type: 'pathmedic', role: 'coordinator' },
      body: { ...body, symptoms: [symptom(about)] },
    },
  ]);
  if (incident === null) throw new Error('no incident');
  const facts = cluster({ events, pods: [...cluster().pods, pod('shop-1', 'shop', { nodeName: 'node2' })] });
  return triage(incident, facts, network()).lines.filter((line) => line.startsWith('Event '));
}

const warning = (kind: string, namespace: string, name: string, reason: string): EventRecord =>
  event(reason, 'it went wrong', { kind, namespace, name }, { node: 'node2' });

test('a workload that fails on an affected node is no news; the network there, and pods without one, are', () => {
  const onNode2 = { affected: { nodes: ['node2'], namespaces: [], objects: [] } };
  expect(told(onNode2, [warning('Pod', 'shop', 'shop-1', 'Unhealthy')])).toEqual([]);
  const [agent] = cluster().pods.filter(({ hostNetwork, nodeName }) => hostNetwork && nodeName === 'node2');
  const name = agent?.meta.name ?? '';
  expect(told(onNode2, [warning('Pod', 'kube-flannel', name, 'BackOff')])).toEqual([
    `Event BackOff on Pod ${name}: it went wrong`,
  ]);
  expect(told(onNode2, [warning('Pod', 'shop', 'shop-1', 'FailedCreatePodSandBox')])).toHaveLength(1);
  expect(told(onNode2, [warning('Node', '', 'node2', 'NodeNotReady')])).toHaveLength(1);
  expect(told(onNode2, [warning('Node', '', 'node3', 'NodeNotReady')])).toEqual([]);
});

test('trouble with DNS tells what happens to CoreDNS, wherever it runs', () => {
  const dns = { scope: { type: 'dns' as const } };
  const unhealthy = warning('Pod', 'kube-system', 'coredns-0', 'Unhealthy');
  expect(told(dns, [unhealthy, warning('Pod', 'shop', 'shop-1', 'Unhealthy')])).toEqual([
    'Event Unhealthy on Pod coredns-0: it went wrong',
  ]);
  expect(told({}, [unhealthy])).toEqual([]);
});

test('what several pods, or a symptom, say in the same words is told once', () => {
  const failed = (pod: string): EventRecord => ({
    ...warning('Pod', 'shop', pod, 'FailedCreatePodSandBox'),
    message: `Failed to create pod sandbox for sandbox "${pod}0123456789": no free address`,
  });
  const onNode2 = { affected: { nodes: ['node2'], namespaces: [], objects: [] } };
  expect(told(onNode2, [failed('shop-1'), failed('shop-2')])).toHaveLength(1);
  const lines = ['Event: Failed to create pod sandbox for sandbox "shop-3": no free address'];
  expect(told({ ...onNode2, lines }, [failed('shop-1')])).toEqual([]);
});
