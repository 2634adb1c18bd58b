import { expect, test } from 'vitest';
import type { NetworkPolicy } from '../apiserver/stored-kinds.ts';
import type { Pod } from '../apiserver/stored-pods.ts';
import type { FlowEnd } from './policy-enforcement.ts';
import { policiesAllow } from './policy-enforcement.ts';

function pod(namespace: string, name: string, labels: { [key: string]: string }, address: string): FlowEnd {
  const object: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name, labels, uid: name, resourceVersion: '1', creationTimestamp: '' },
    spec: { containers: [{ name: 'c', image: 'i', ports: [{ name: 'web', containerPort: 8080 }] }] },
    status: { phase: 'Running', podIP: address },
  };
  return { type: 'pod', pod: object, address };
}

function policy(spec: NetworkPolicy['spec']): NetworkPolicy {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'p', namespace: 'app', uid: 'p', resourceVersion: '1', creationTimestamp: '' },
    spec,
  };
}

const client = pod('app', 'client', { app: 'client' }, '10.0.1.2');
const server = pod('app', 'server', { app: 'server' }, '10.0.2.2');
const dns = pod('kube-system', 'dns', { 'k8s-app': 'kube-dns' }, '10.0.3.2');
const outside: FlowEnd = { type: 'address', address: '192.0.2.9' };
const labels: { [namespace: string]: { [key: string]: string } } = {
  app: { name: 'app' },
  'kube-system': { 'kubernetes.io/metadata.name': 'kube-system' },
};

function allows(
  policies: NetworkPolicy[],
  from: FlowEnd,
  to: FlowEnd,
  protocol: 'TCP' | 'UDP' = 'TCP',
  port = 8080,
): boolean {
  return policiesAllow(
    { from, to, protocol, port },
    { policies, namespaceLabels: (namespace) => labels[namespace] ?? {} },
  );
}

const everything = { podSelector: {} };

test.each([
  ['no policy', [], client, server, true],
  ['default deny ingress', [policy({ ...everything, policyTypes: ['Ingress'] })], client, server, false],
  [
    'default deny ingress does not touch egress',
    [policy({ ...everything, policyTypes: ['Ingress'] })],
    client,
    dns,
    true,
  ],
  [
    'an egress policy of the namespace does not isolate the other namespace',
    [policy({ ...everything, policyTypes: ['Egress'] })],
    dns,
    server,
    true,
  ],
  [
    'an empty rule allows everything',
    [policy({ ...everything, policyTypes: ['Ingress'], ingress: [{}] })],
    outside,
    server,
    true,
  ],
  [
    'a pod selector alone means the own namespace',
    [policy({ ...everything, policyTypes: ['Egress'], egress: [{ to: [{ podSelector: {} }] }] })],
    client,
    dns,
    false,
  ],
  [
    'a namespace selector alone means every pod there',
    [
      policy({
        ...everything,
        policyTypes: ['Egress'],
        egress: [
          { to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } }] },
        ],
      }),
    ],
    client,
    dns,
    true,
  ],
  [
    'both selectors in one peer must hold',
    [
      policy({
        ...everything,
        policyTypes: ['Egress'],
        egress: [{ to: [{ namespaceSelector: {}, podSelector: { matchLabels: { app: 'nobody' } } }] }],
      }),
    ],
    client,
    dns,
    false,
  ],
  [
    'a named port is the target container port',
    [policy({ ...everything, policyTypes: ['Ingress'], ingress: [{ ports: [{ port: 'web' }] }] })],
    client,
    server,
    true,
  ],
  [
    'a port range ends at endPort',
    [
      policy({
        ...everything,
        policyTypes: ['Ingress'],
        ingress: [{ ports: [{ port: 8000, endPort: 8079 }] }],
      }),
    ],
    client,
    server,
    false,
  ],
  [
    'the protocol of a port counts',
    [
      policy({
        ...everything,
        policyTypes: ['Ingress'],
        ingress: [{ ports: [{ protocol: 'UDP', port: 8080 }] }],
      }),
    ],
    client,
    server,
    false,
  ],
  [
    'an ipBlock lets its addresses in',
    [
      policy({
        ...everything,
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ ipBlock: { cidr: '192.0.2.0/24' } }] }],
      }),
    ],
    outside,
    server,
    true,
  ],
  [
    'an ipBlock leaves its exceptions out',
    [
      policy({
        ...everything,
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ ipBlock: { cidr: '192.0.2.0/24', except: ['192.0.2.8/30'] } }] }],
      }),
    ],
    outside,
    server,
    false,
  ],
  [
    'policies add up',
    [
      policy({ ...everything, policyTypes: ['Ingress'] }),
      policy({
        podSelector: { matchLabels: { app: 'server' } },
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ podSelector: { matchLabels: { app: 'client' } } }] }],
      }),
    ],
    client,
    server,
    true,
  ],
  [
    'a pod reaches itself',
    [policy({ ...everything, policyTypes: ['Ingress', 'Egress'] })],
    server,
    server,
    true,
  ],
] as const)('%s', (_, policies, from, to, expected) => {
  expect(allows([...policies], from, to)).toBe(expected);
});
