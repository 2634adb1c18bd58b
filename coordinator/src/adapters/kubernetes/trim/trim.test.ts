import { describe, expect, test } from 'vitest';
import type { Meta } from '../../../facts/records.ts';
import { isNetworkingConfigMap, trimConfigMap } from './config-map.ts';
import { trimDaemonSet } from './daemon-set.ts';
import { trimDeployment } from './deployment.ts';
import { trimEndpointSlice } from './endpoint-slice.ts';
import { writesOf } from './managed-fields.ts';
import { trimPod } from './pod.ts';
import { trimService } from './service.ts';

const metadata = { name: 'x', namespace: 'ns', uid: 'u', creationTimestamp: '2026-03-04T03:12:41Z' };

describe('writesOf', () => {
  const fields = (name: string) => ({
    'f:spec': { 'f:template': { 'f:spec': { 'f:nodeSelector': { '.': {}, [`f:${name}`]: {} } } } },
  });
  const write = (manager: string, time: string, over: object = {}) => ({
    manager,
    operation: 'Update',
    time,
    fieldsV1: fields(manager),
    ...over,
  });

  test('newest first, at most five, without status writes', () => {
    const writes = writesOf([
      ...[1, 2, 3, 4, 5, 6].map((hour) => write(`m${hour}`, `2026-03-04T0${hour}:00:00Z`)),
      write('controller', '2026-03-04T09:00:00Z', { subresource: 'status' }),
      write('old-controller', '2026-03-04T09:00:00Z', { fieldsV1: { 'f:status': { 'f:phase': {} } } }),
    ]);
    expect(writes.map(({ manager }) => manager)).toEqual(['m6', 'm5', 'm4', 'm3', 'm2']);
    expect(writes[0]).toEqual({
      manager: 'm6',
      operation: 'Update',
      atMs: Date.UTC(2026, 2, 4, 6),
      fields: ['spec.template.spec.nodeSelector.m6'],
    });
  });

  test('items of keyed lists are named and not looked into', () => {
    const containers = {
      'f:spec': { 'f:containers': { 'k:{"name":"coredns"}': { '.': {}, 'f:image': {} } } },
    };
    expect(writesOf([write('a', '2026-03-04T01:00:00Z', { fieldsV1: containers })])[0]?.fields).toEqual([
      'spec.containers[coredns]',
    ]);
  });
});

describe('trimmed records', () => {
  test('keep no copy of the object and no long annotation', () => {
    const record = trimDaemonSet({
      metadata: {
        ...metadata,
        annotations: {
          'kubectl.kubernetes.io/last-applied-configuration': 'x'.repeat(10_000),
          'meta.helm.sh/release-name': 'flannel',
          long: 'y'.repeat(10_000),
        },
      },
      spec: { selector: {}, template: {} },
    });
    expect(Object.keys(record?.meta.annotations ?? {})).toEqual(['meta.helm.sh/release-name', 'long']);
    expect(JSON.stringify(record).length).toBeLessThan(2_000);
    expect(record?.meta.managedBy).toEqual({ by: 'helm', detail: 'Helm release flannel' });
  });

  describe('what kubectl apply was last given', () => {
    const key = 'kubectl.kubernetes.io/last-applied-configuration';
    const applied = {
      metadata: { name: 'coredns', annotations: { token: 'secret' } },
      data: { Corefile: '.:53 { ready }', other: 'x' },
      spec: { replicas: 2, template: { spec: { containers: [] } } },
    };
    const coredns = (copy: string, name = 'coredns') => ({
      metadata: { ...metadata, name, annotations: { [key]: copy } },
      data: {},
      spec: { selector: {}, template: {} },
    });
    const meta = (record: { meta: Meta } | null): Meta => {
      if (record === null) throw new Error('no record');
      return record.meta;
    };

    test('is kept of CoreDNS only, and only the Corefile and the replicas', () => {
      const copy = JSON.stringify(applied);
      const map = meta(trimConfigMap(coredns(copy)));
      expect(map.annotations[key]).toBe('{"data":{"Corefile":".:53 { ready }"}}');
      const deployment = meta(trimDeployment(coredns(copy)));
      expect(deployment.annotations[key]).toBe('{"spec":{"replicas":2}}');
      expect(meta(trimConfigMap(coredns(copy, 'kube-proxy'))).annotations).toEqual({});
      expect(meta(trimDeployment(coredns(copy, 'app'))).annotations).toEqual({});
    });

    test.each(['not json', '[]', '{"data":{"Corefile":1}}', '{"spec":{"replicas":"2"}}', ''])(
      '%j is left out',
      (copy) => {
        expect(meta(trimConfigMap(coredns(copy))).annotations).toEqual({});
        expect(meta(trimDeployment(coredns(copy))).annotations).toEqual({});
      },
    );
  });

  test('a pod that cannot be scheduled says why; one that crashes says how it ended last', () => {
    const waiting = { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s' } };
    const lastState = { terminated: { exitCode: 1, reason: 'Error', finishedAt: '2026-03-04T03:12:41Z' } };
    const pod = trimPod({
      metadata,
      spec: {
        containers: [
          { name: 'a', image: 'i', ports: [{ containerPort: 53, protocol: 'UDP' }] },
          { name: 'b' },
        ],
      },
      status: {
        phase: 'Pending',
        conditions: [
          {
            type: 'PodScheduled',
            status: 'False',
            reason: 'Unschedulable',
            message: '0/3 nodes are available',
          },
        ],
        containerStatuses: [{ name: 'a', ready: false, restartCount: 4, state: waiting, lastState }],
      },
    });
    expect(pod).toMatchObject({
      scheduled: false,
      ready: false,
      readySinceMs: null,
      unschedulable: 'Unschedulable: 0/3 nodes are available',
      ips: [],
    });
    expect(pod?.containers[0]).toMatchObject({
      state: 'waiting',
      reason: 'CrashLoopBackOff',
      restarts: 4,
      lastExit: { code: 1, reason: 'Error', atMs: Date.UTC(2026, 2, 4, 3, 12, 41) },
      ports: [{ name: '', port: 53, protocol: 'UDP' }],
    });
    expect(pod?.containers[1]).toMatchObject({ name: 'b', state: 'unknown', ready: false, lastExit: null });
  });

  test('an endpoint without conditions is ready, as the API has it', () => {
    const slice = trimEndpointSlice({
      metadata: { ...metadata, labels: { 'kubernetes.io/service-name': 'dns' } },
      addressType: 'IPv4',
      endpoints: [
        { addresses: ['10.0.0.1'], targetRef: { kind: 'Pod', name: 'p' } },
        { addresses: ['10.0.0.2'], conditions: { ready: false, serving: true, terminating: true } },
      ],
    });
    expect(slice?.service).toBe('dns');
    expect(slice?.endpoints.map(({ ready, serving, terminating }) => [ready, serving, terminating])).toEqual([
      [true, true, false],
      [false, true, true],
    ]);
  });

  test('a headless Service has no address', () => {
    expect(trimService({ metadata, spec: { clusterIP: 'None', clusterIPs: ['None'] } })).toMatchObject({
      headless: true,
      clusterIPs: [],
    });
  });

  test('only ConfigMaps of networking components are kept', () => {
    for (const name of [
      'coredns',
      'kube-proxy',
      'kube-flannel-cfg',
      'cilium-config',
      'calico-config',
      'amazon-vpc-cni',
    ]) {
      expect(isNetworkingConfigMap(name)).toBe(true);
    }
    for (const name of [
      'kube-root-ca.crt',
      'extension-apiserver-authentication',
      'app-coredns',
      'my-cilium',
    ]) {
      expect(isNetworkingConfigMap(name)).toBe(false);
    }
    expect(trimConfigMap({ metadata: { ...metadata, name: 'app' }, data: { password: 'x' } })).toBeNull();
  });

  test.each([null, 'text', {}, { metadata: {} }, { metadata: { name: 'x' } }])('%j is no object', (raw) => {
    expect(trimPod(raw)).toBeNull();
  });
});
