/** One request of the conformance run. `{uid:NAME}` and `{rv:NAME}` stand for what an earlier answer held. */
export interface ConformanceRequest {
  id: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  body?: unknown;
  contentType?: string;
  /** Remember the answer's uid and resourceVersion under this name. */
  remember?: string;
  as?: 'admin' | 'alice' | 'nobody';
}

const JSON_PATCH = 'application/json-patch+json';
const MERGE = 'application/merge-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';
const MANAGER = 'fieldManager=conformance';

const template = (labels: object): object => ({
  metadata: { labels },
  spec: {
    hostNetwork: true,
    tolerations: [{ operator: 'Exists', effect: 'NoSchedule' }],
    containers: [
      {
        name: 'c',
        image: 'i:1',
        env: [{ name: 'A', value: '1' }],
        ports: [{ containerPort: 8081, name: 'h' }],
      },
    ],
  },
});

const CM = '/api/v1/namespaces/conf/configmaps';
const DS = '/apis/apps/v1/namespaces/conf/daemonsets';
const DEP = '/apis/apps/v1/namespaces/conf/deployments';
const POD = '/api/v1/namespaces/conf/pods';
const NP = '/apis/networking.k8s.io/v1/namespaces/conf/networkpolicies';
const LEASE = '/apis/coordination.k8s.io/v1/namespaces/conf/leases';
const SVC = '/api/v1/namespaces/conf/services';
const EVENT = '/api/v1/namespaces/conf/events';
const SLICE = '/apis/discovery.k8s.io/v1/namespaces/conf/endpointslices';

let counter = 0;
function request(
  method: ConformanceRequest['method'],
  path: string,
  body?: unknown,
  more: Partial<ConformanceRequest> = {},
): ConformanceRequest {
  counter += 1;
  return {
    id: `${String(counter).padStart(3, '0')} ${method} ${path}`,
    method,
    path,
    ...(body === undefined ? {} : { body }),
    ...more,
  };
}
const patch = (
  path: string,
  body: unknown,
  contentType: string,
  more: Partial<ConformanceRequest> = {},
): ConformanceRequest => request('PATCH', path, body, { contentType, ...more });

const objects: ConformanceRequest[] = [
  request('POST', `/api/v1/namespaces?${MANAGER}`, { metadata: { name: 'conf' } }),
  request('POST', `/api/v1/namespaces?${MANAGER}`, { metadata: { name: 'con.f' } }),
  request('POST', `/api/v1/namespaces/conf/serviceaccounts?${MANAGER}`, { metadata: { name: 'default' } }),
  request(
    'POST',
    `${CM}?${MANAGER}`,
    { metadata: { name: 'c1', labels: { a: 'b' } }, data: { Corefile: 'x' } },
    { remember: 'c1' },
  ),
  request('POST', `${CM}?${MANAGER}`, { metadata: { name: 'c1' }, data: { Corefile: 'x' } }),
  request('POST', `${CM}?${MANAGER}`, { metadata: { name: 'C_1' } }),
  request('POST', `${CM}?${MANAGER}`, { metadata: {} }),
  request('POST', `${CM}?${MANAGER}`, {
    metadata: { name: 'k', labels: { 'a b': 'x y' }, annotations: { 'a b': 'c' } },
  }),
  request('POST', `${CM}?${MANAGER}`, { metadata: { name: 'k' }, data: { 'a b': 'c' } }),
  request('POST', `/api/v1/namespaces/absent/configmaps?${MANAGER}`, { metadata: { name: 'c1' } }),
  request('POST', `${CM}?${MANAGER}`, { metadata: { name: 'c2', namespace: 'other' } }),
  request('POST', `${CM}?${MANAGER}`, { metadata: { name: 'c2', resourceVersion: '5' } }),
  request('POST', `${CM}?${MANAGER}&dryRun=All`, { metadata: { name: 'dry' }, data: { a: '1' } }),
  request('GET', `${CM}/dry`),
  request('GET', `${CM}/c1`),
  request('GET', '/api/v1/namespaces/absent/configmaps'),
  request('GET', '/api/v1/nothing'),
  request('POST', `${CM}/c1`, {}),
  request('GET', CM, undefined, { as: 'nobody' }),
  request('GET', CM, undefined, { as: 'alice' }),
  request('GET', '/api/v1/nodes', undefined, { as: 'alice' }),
  request('POST', DS, {}, { as: 'alice' }),
  request('GET', `${POD}/p1/log`, undefined, { as: 'alice' }),
  request('GET', '/api/v1/namespaces/conf', undefined, { as: 'alice' }),
  request(
    'POST',
    '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    { spec: { resourceAttributes: { namespace: 'conf', verb: 'get', resource: 'pods' } } },
    { as: 'alice' },
  ),
];

const patches: ConformanceRequest[] = [
  patch(`${CM}/c1?${MANAGER}`, [{ op: 'test', path: '/data/Corefile', value: 'y' }], JSON_PATCH),
  patch(`${CM}/c1?${MANAGER}`, [{ op: 'test', path: '/data/none', value: null }], JSON_PATCH),
  patch(`${CM}/c1?${MANAGER}`, [{ op: 'test', path: '/data/none', value: 'x' }], JSON_PATCH),
  patch(`${CM}/c1?${MANAGER}`, [{ op: 'test', path: '/absent/none', value: null }], JSON_PATCH),
  patch(
    `${CM}/c1?${MANAGER}`,
    [
      { op: 'test', path: '/data/Corefile', value: 'x' },
      { op: 'replace', path: '/data/Corefile', value: 'y' },
    ],
    JSON_PATCH,
  ),
  patch(`${CM}/c1?fieldManager=other`, [{ op: 'replace', path: '/data/Corefile', value: 'z' }], JSON_PATCH),
  patch(`${CM}/c1?fieldManager=other`, [{ op: 'replace', path: '/data/Corefile', value: 'z' }], JSON_PATCH),
  patch(`${CM}/c1?${MANAGER}`, [{ op: 'replace', path: '/data/added', value: '1' }], JSON_PATCH),
  patch(`${CM}/c1?${MANAGER}`, [{ op: 'remove', path: '/data/absent' }], JSON_PATCH),
  patch(`${CM}/c1?${MANAGER}`, [{ op: 'add', path: '/absent/x', value: '1' }], JSON_PATCH),
  patch(`${CM}/c1?${MANAGER}`, [{ op: 'remove', path: '/data/added' }], JSON_PATCH),
  patch(`${CM}/c1?${MANAGER}`, [{ op: 'move', from: '/data/Corefile', path: '/data/moved' }], JSON_PATCH),
  patch(`${CM}/c1?${MANAGER}`, [{ op: 'copy', from: '/data/moved', path: '/data/Corefile' }], JSON_PATCH),
  patch(`${CM}/c1?${MANAGER}`, [{ op: 'nonsense', path: '/data' }], JSON_PATCH),
  patch(`${CM}/c1?${MANAGER}`, { op: 'x' }, JSON_PATCH),
  patch(
    `${CM}/c1?${MANAGER}`,
    [
      { op: 'replace', path: '/metadata/resourceVersion', value: '3' },
      { op: 'replace', path: '/data/Corefile', value: 'q' },
    ],
    JSON_PATCH,
  ),
  patch(`${CM}/c1?${MANAGER}`, [{ op: 'test', path: '/metadata/resourceVersion', value: '3' }], JSON_PATCH),
  patch(`${CM}/c1?${MANAGER}`, [{ op: 'replace', path: '/metadata/name', value: 'c9' }], JSON_PATCH),
  patch(`${CM}/c1?${MANAGER}`, { data: { Corefile: null, k: 'v' } }, MERGE),
  patch(`${CM}/c1?${MANAGER}`, { metadata: { resourceVersion: '1' }, data: { k: 'w' } }, MERGE),
  patch(`${CM}/c1?${MANAGER}`, { metadata: { annotations: { 'example.com/x': '1' } } }, STRATEGIC),
  patch(`${CM}/c1?${MANAGER}`, {}, 'application/unknown'),
  patch(`${CM}/c1?${MANAGER}&force=true`, {}, MERGE),
  patch(`${CM}/absent?${MANAGER}`, {}, MERGE),
  patch(`${CM}/c1?dryRun=Bad`, {}, MERGE),
  patch(`${CM}/c1?dryRun=All&${MANAGER}`, { data: { dry: '1' } }, MERGE),
  request('GET', `${CM}/c1`),
  request('PUT', `${CM}/c1?${MANAGER}`, { metadata: { name: 'c1', resourceVersion: '1' }, data: { a: '1' } }),
  request('PUT', `${CM}/c1?${MANAGER}`, { metadata: { name: 'c3' }, data: { a: '1' } }),
  request('PUT', `${CM}/c1?${MANAGER}`, {
    metadata: { name: 'c1', resourceVersion: '{rv:c1}' },
    data: { a: '1' },
  }),
  request(
    'PUT',
    `${CM}/c1?fieldManager=putter`,
    { metadata: { name: 'c1' }, data: { a: '1' } },
    { remember: 'put' },
  ),
  request('PUT', `${CM}/c1?fieldManager=putter`, {
    metadata: { name: 'c1', resourceVersion: '{rv:put}', uid: '{uid:put}' },
    data: { a: '2' },
  }),
  request('PUT', `${CM}/absent?${MANAGER}`, { metadata: { name: 'absent' } }),
];

const workloads: ConformanceRequest[] = [
  request('POST', `${DS}?${MANAGER}`, {
    metadata: { name: 'ds' },
    spec: { selector: { matchLabels: { app: 'x' } }, template: template({ app: 'x' }) },
  }),
  request('POST', `${DS}?${MANAGER}`, { metadata: { name: 'd2' }, spec: {} }),
  request('POST', `${DS}?${MANAGER}`, {
    metadata: { name: 'd2' },
    spec: { selector: { matchLabels: { app: 'y' } }, template: template({ app: 'x' }) },
  }),
  request('POST', `${DS}?${MANAGER}`, {
    metadata: { name: 'd2' },
    spec: { selector: {}, template: template({ app: 'x' }) },
  }),
  patch(
    `${DS}/ds?fieldManager=kubectl-edit`,
    { spec: { template: { spec: { nodeSelector: { a: 'b' } } } } },
    STRATEGIC,
  ),
  patch(
    `${DS}/ds?fieldManager=kubectl-edit`,
    {
      spec: {
        template: {
          spec: {
            containers: [
              { name: 'c', env: [{ name: 'B', value: '2' }] },
              { name: 'd', image: 'x' },
            ],
            tolerations: [{ operator: 'Exists' }],
          },
        },
      },
    },
    STRATEGIC,
  ),
  patch(
    `${DS}/ds?fieldManager=kubectl-edit`,
    {
      spec: {
        template: {
          spec: {
            '$setElementOrder/containers': [{ name: 'd' }, { name: 'c' }],
            containers: [{ name: 'c', $patch: 'delete' }],
            nodeSelector: { $patch: 'replace', z: '1' },
          },
        },
      },
    },
    STRATEGIC,
  ),
  patch(
    `${DS}/ds?fieldManager=kubectl-edit`,
    { spec: { template: { spec: { nodeSelector: null } } } },
    STRATEGIC,
  ),
  patch(
    `${DS}/ds?fieldManager=kubectl-edit`,
    [{ op: 'add', path: '/spec/template/spec/nodeSelector/x', value: '1' }],
    JSON_PATCH,
  ),
  patch(
    `${DS}/ds?fieldManager=kubectl-edit`,
    [{ op: 'add', path: '/spec/template/spec/nodeSelector', value: { 'example.com~1x': '1' } }],
    JSON_PATCH,
  ),
  patch(
    `${DS}/ds?fieldManager=kubectl-edit`,
    { spec: { selector: { matchLabels: { app: 'c' } }, template: { metadata: { labels: { app: 'c' } } } } },
    MERGE,
  ),
  patch(
    `${DS}/ds?fieldManager=kubectl-edit`,
    { spec: { template: { metadata: { labels: { 'a p': 'c' } } } } },
    MERGE,
  ),
  patch(
    `${DS}/ds?fieldManager=kubectl-edit`,
    {
      spec: {
        template: {
          spec: {
            tolerations: [
              { operator: 'Sometimes' },
              { key: 'a', effect: 'Never' },
              { key: 'k', operator: 'Exists', value: 'v' },
              { key: 'k', operator: 'Exists', effect: 'NoSchedule', tolerationSeconds: 3 },
            ],
          },
        },
      },
    },
    MERGE,
  ),
  patch(
    `${DS}/ds?fieldManager=kubectl-edit`,
    { spec: { updateStrategy: { rollingUpdate: { maxUnavailable: 0 } } } },
    MERGE,
  ),
  patch(
    `${DS}/ds?fieldManager=kubectl-edit`,
    { spec: { template: { spec: { containers: [{ name: 'A_b', image: '' }] } } } },
    MERGE,
  ),
  patch(`${DS}/ds?fieldManager=kubectl-edit`, { spec: { unknownField: 1 } }, MERGE),
  patch(
    `${DS}/ds?fieldManager=kubectl-edit`,
    {
      spec: {
        template: {
          metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': '2026-01-01T00:00:00Z' } },
        },
      },
    },
    STRATEGIC,
  ),
  patch(
    `${DS}/ds/status?fieldManager=controller`,
    { status: { numberReady: 1 }, spec: { minReadySeconds: 4 } },
    MERGE,
  ),
  patch(`${DS}/ds?fieldManager=kubectl-edit`, { status: { numberReady: 3 } }, MERGE),
  request('POST', `${DEP}?${MANAGER}`, {
    metadata: { name: 'dep' },
    spec: { replicas: 2, selector: { matchLabels: { app: 'x' } }, template: template({ app: 'x' }) },
  }),
  request('POST', `${DEP}?${MANAGER}`, { metadata: { name: 'dep2' }, spec: {} }),
  request('GET', `${DEP}/dep/scale`),
  patch(`${DEP}/dep/scale?fieldManager=scaler`, { spec: { replicas: 3 } }, MERGE),
  patch(
    `${DEP}/dep/scale?fieldManager=scaler`,
    [
      { op: 'test', path: '/spec/replicas', value: 3 },
      { op: 'replace', path: '/spec/replicas', value: 4 },
    ],
    JSON_PATCH,
  ),
  patch(`${DEP}/dep/scale?fieldManager=scaler`, { spec: { replicas: -3 } }, MERGE),
  request('PUT', `${DEP}/dep/scale?fieldManager=scaler`, {
    metadata: { name: 'dep', namespace: 'conf', resourceVersion: '4' },
    spec: { replicas: 5 },
  }),
  request('PUT', `${DEP}/dep/scale?fieldManager=scaler`, {
    metadata: { name: 'dep', namespace: 'conf' },
    spec: { replicas: 5 },
  }),
  request('GET', `${DEP}/dep`),
  request('DELETE', `${DEP}/dep?propagationPolicy=Background`),
];

const podsAndNodes: ConformanceRequest[] = [
  request('POST', `/api/v1/nodes?${MANAGER}`, {
    metadata: { name: 'conf-n1', labels: { 'kubernetes.io/os': 'linux' } },
    spec: { podCIDR: '10.0.1.0/24', podCIDRs: ['10.0.1.0/24'] },
  }),
  patch(`/api/v1/nodes/conf-n1?${MANAGER}`, { spec: { podCIDR: '10.0.2.0/24' } }, MERGE),
  request('POST', `${POD}?${MANAGER}`, {
    metadata: { name: 'p1', labels: { app: 'x' } },
    spec: { nodeName: 'conf-n1', containers: [{ name: 'c', image: 'i:1' }] },
  }),
  patch(
    `${POD}/p1/status?fieldManager=kubelet`,
    {
      status: {
        phase: 'Running',
        podIP: '10.0.1.3',
        conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }],
      },
    },
    STRATEGIC,
  ),
  patch(
    `${POD}/p1/status?fieldManager=kubelet`,
    {
      status: {
        conditions: [{ type: 'Initialized', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }],
      },
    },
    STRATEGIC,
  ),
  request('GET', '/api/v1/pods?fieldSelector=spec.nodeName=conf-n1,status.phase!=Failed'),
  request('GET', '/api/v1/pods?fieldSelector=spec.nodeName=elsewhere'),
  request('GET', '/api/v1/pods?fieldSelector=spec.x=2'),
  patch(`${POD}/p1?${MANAGER}`, { metadata: { labels: { more: '1' } } }, MERGE),
  patch(`${POD}/p1?${MANAGER}`, { spec: { containers: [{ name: 'c', image: 'i:2' }] } }, STRATEGIC),
  request('DELETE', `${POD}/p1`, { preconditions: { uid: 'abc' } }),
  request('DELETE', `${POD}/p1`, { preconditions: { resourceVersion: '1' } }),
  request('DELETE', `${POD}/p1`),
  request('DELETE', `${POD}/p1`),
  request('DELETE', `${POD}/p1`, { gracePeriodSeconds: 5 }),
  request('DELETE', `${POD}/p1`, { gracePeriodSeconds: 0 }),
  request('DELETE', `${POD}/p1`),
  request('GET', `${POD}/p1/log`),
  request('POST', `${POD}?${MANAGER}`, {
    metadata: { generateName: 'gen-' },
    spec: { containers: [{ name: 'c', image: 'i' }], hostNetwork: true },
  }),
];

const others: ConformanceRequest[] = [
  request('POST', `${CM}?${MANAGER}`, { metadata: { name: 'fin', finalizers: ['example.com/hold'] } }),
  request('DELETE', `${CM}/fin`),
  patch(
    `${CM}/fin?${MANAGER}`,
    { metadata: { finalizers: ['example.com/hold', 'example.com/more'] } },
    MERGE,
  ),
  patch(`${CM}/fin?${MANAGER}`, { metadata: { finalizers: null } }, MERGE),
  request('GET', `${CM}/fin`),
  request('DELETE', `${CM}/c1?dryRun=All`),
  request('DELETE', `${CM}/c1`, { preconditions: { uid: 'abc' } }),
  request('DELETE', `${CM}/c1`),
  request('DELETE', `${CM}/c1`),
  request('POST', `${SVC}?${MANAGER}`, {
    metadata: { name: 's1' },
    spec: {
      clusterIP: '10.96.7.7',
      selector: { app: 'x' },
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP' },
        { name: 'dns-tcp', port: 53 },
      ],
    },
  }),
  request('POST', `${SVC}?${MANAGER}`, {
    metadata: { name: '1s' },
    spec: { ports: [{ port: 70000 }, { port: 1 }] },
  }),
  patch(`${SVC}/s1?${MANAGER}`, { spec: { selector: { app: 'y' } } }, MERGE),
  request('POST', `${NP}?${MANAGER}`, {
    metadata: { name: 'np' },
    spec: { podSelector: {}, egress: [{ to: [{ podSelector: {} }], ports: [{ port: 53 }] }] },
  }),
  request('POST', `${NP}?${MANAGER}`, {
    metadata: { name: 'np2' },
    spec: { podSelector: {}, policyTypes: ['Egress'] },
  }),
  patch(`${NP}/np?${MANAGER}`, { spec: { policyTypes: ['Foo'] } }, MERGE),
  patch(`${NP}/np?${MANAGER}`, { spec: { egress: [{ ports: [{ port: 99999 }] }] } }, MERGE),
  patch(
    `${NP}/np?${MANAGER}`,
    [{ op: 'add', path: '/spec/egress/-', value: { ports: [{ port: 53, protocol: 'FOO' }], to: [{}] } }],
    JSON_PATCH,
  ),
  patch(
    `${NP}/np?${MANAGER}`,
    [
      {
        op: 'add',
        path: '/spec/egress/-',
        value: {
          to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/8'] } }, { ipBlock: { cidr: 'x' } }],
        },
      },
    ],
    JSON_PATCH,
  ),
  patch(
    `${NP}/np?fieldManager=fixer`,
    [
      { op: 'test', path: '/spec/policyTypes', value: ['Ingress', 'Egress'] },
      {
        op: 'add',
        path: '/spec/egress/-',
        value: {
          ports: [{ port: 53, protocol: 'UDP' }],
          to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } }],
        },
      },
    ],
    JSON_PATCH,
  ),
  request('POST', `${LEASE}?${MANAGER}`, {
    metadata: { name: 'l1' },
    spec: { holderIdentity: 'a', leaseDurationSeconds: 15, renewTime: '2026-01-01T00:00:00Z' },
  }),
  request(
    'POST',
    `${LEASE}?${MANAGER}`,
    {
      metadata: { name: 'l1' },
      spec: { holderIdentity: 'a', leaseDurationSeconds: 15, renewTime: '2026-01-01T00:00:00.000000Z' },
    },
    { remember: 'l1' },
  ),
  request('POST', `${LEASE}?${MANAGER}`, { metadata: { name: 'l1' }, spec: { holderIdentity: 'b' } }),
  request('PUT', `${LEASE}/l1?${MANAGER}`, {
    metadata: { name: 'l1', resourceVersion: '1' },
    spec: { holderIdentity: 'b' },
  }),
  request('PUT', `${LEASE}/l1?${MANAGER}`, {
    metadata: { name: 'l1', resourceVersion: '{rv:l1}' },
    spec: { holderIdentity: 'b', leaseDurationSeconds: 15 },
  }),
  request('POST', `${LEASE}?${MANAGER}`, { metadata: { name: 'l2' }, spec: { leaseDurationSeconds: 0 } }),
  request('PUT', `${LEASE}/l3?${MANAGER}`, { metadata: { name: 'l3' }, spec: { holderIdentity: 'c' } }),
  request('DELETE', `${LEASE}/l1`),
  request('POST', `${EVENT}?${MANAGER}`, {
    metadata: { name: 'e1' },
    involvedObject: { kind: 'Pod', namespace: 'conf', name: 'p1' },
    reason: 'BackOff',
    message: 'm',
    type: 'Warning',
    count: 2,
  }),
  request('POST', `${EVENT}?${MANAGER}`, {
    metadata: { name: 'e2' },
    involvedObject: { kind: 'Pod', namespace: 'elsewhere', name: 'p1' },
  }),
  request('GET', `${EVENT}?fieldSelector=involvedObject.name=p1,reason=BackOff`),
  request('POST', `${SLICE}?${MANAGER}`, {
    metadata: { name: 'es1', labels: { 'kubernetes.io/service-name': 's1' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.0.1.3'] }],
    ports: [{ port: 53, protocol: 'UDP' }],
  }),
  request('POST', `${SLICE}?${MANAGER}`, { metadata: { name: 'es2' }, addressType: 'IPv4', endpoints: [] }),
  request('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token: 'alice-token' } }),
  request('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token: 'bad' } }),
  request('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token: '' } }),
];

const lists: ConformanceRequest[] = [
  ...[1, 2, 3, 4, 5].map((number) =>
    request('POST', `${CM}?${MANAGER}`, {
      metadata: {
        name: `p${number}`,
        labels: { n: String(number), parity: number % 2 === 0 ? 'even' : 'odd' },
      },
    }),
  ),
  request('GET', `${CM}?limit=2`),
  request('GET', `${CM}?limit=2&labelSelector=n`),
  request('GET', `${CM}?labelSelector=n%20in%20(1,2),parity!=even`),
  request('GET', `${CM}?labelSelector=n%20notin%20(1,2),parity=even`),
  request('GET', `${CM}?labelSelector=!n`),
  request('GET', `${CM}?labelSelector=n%20inn%20(1,2)`),
  request('GET', `${CM}?fieldSelector=metadata.name=p3`),
  request('GET', `${CM}?fieldSelector=spec.x=2`),
  request('GET', `${CM}?resourceVersion=abc`),
  request('GET', `${CM}?resourceVersionMatch=Exact`),
  request('DELETE', `${CM}?labelSelector=parity=even`),
  request('GET', `${CM}?labelSelector=parity`),
];

/** The whole run, in order, in an empty namespace `conf`. */
export const CONFORMANCE_REQUESTS: readonly ConformanceRequest[] = [
  ...objects,
  ...patches,
  ...workloads,
  ...podsAndNodes,
  ...others,
  ...lists,
];
