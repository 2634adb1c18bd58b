import { describe, expect, it } from 'vitest';
import { Diagnosis } from '../domain/cause.ts';
import { Escalation } from '../domain/proposal.ts';
import type { Situation } from '../facts/cluster-facts.ts';
import {
  configMap,
  container,
  crashing,
  daemonSet,
  event,
  namespace,
  networkPolicy,
  node,
  pod,
  podOf,
} from '../facts/record-builders.fixture.ts';
import type { Meta } from '../facts/records.ts';
import { diagnose, remedyFor, wantedLogs } from './diagnose.ts';
import {
  cluster,
  COREFILE,
  coredns,
  dnsPods,
  log,
  network,
  situation,
  symptom,
  T0,
} from './situation.fixture.ts';

function top(at: Situation) {
  const diagnosis = diagnose(at);
  expect(() => Diagnosis.parse(diagnosis)).not.toThrow();
  const [cause] = diagnosis.causes;
  if (cause === undefined) throw new Error('no cause at all');
  const remedy = remedyFor(at, cause);
  if (remedy?.type === 'escalate') expect(() => Escalation.parse(remedy.escalation)).not.toThrow();
  const actions = remedy?.type === 'plan' ? remedy.actions : [];
  return { cause, remedy, actions, diagnosis };
}

function write(field: string, secondsBefore: number, manager = 'kubectl-edit'): Meta['writes'] {
  return [{ manager, operation: 'Update', atMs: T0 - secondsBefore * 1000, fields: [field] }];
}

const onNode = (...nodes: string[]) =>
  symptom({ scope: { type: 'nodes', nodes }, affected: { nodes, namespaces: [], objects: [] } });
const cutOff = (...nodes: string[]) =>
  network({ pod: (from, to) => nodes.includes(from) || nodes.includes(to) });
const aboutDns = symptom({ scope: { type: 'dns' } });
const dnsDown = (outcome = 'refused') => network({ dns: () => true, dnsOutcome: outcome });

describe('a quiet cluster', () => {
  it('has no cause but "nothing fits", and every check is clear', () => {
    const { cause, diagnosis } = top(situation());
    expect(cause.id).toBe('other');
    expect(diagnosis.causes).toHaveLength(1);
    expect(diagnosis.checks.filter(({ result }) => result === 'found')).toEqual([]);
    expect(wantedLogs(situation()).every(({ pod: name }) => name.startsWith('coredns'))).toBe(true);
  });
});

describe('cni-agent-not-scheduled', () => {
  it('says what keeps the agent off the node, since when, and removes just that', () => {
    const agent = daemonSet('kube-flannel-ds', 'kube-flannel', {
      template: { nodeSelector: { net: 'on' } },
      meta: { writes: write('spec.template.spec.nodeSelector.net', 31) },
    });
    const nodes = [
      node('node1', { labels: { net: 'on' } }),
      node('node2'),
      node('node3', { labels: { net: 'on' } }),
    ];
    const facts = cluster(
      { nodes, pods: [podOf(agent, 'node1'), podOf(agent, 'node3'), ...dnsPods()] },
      agent,
    );
    const { cause, actions, remedy, diagnosis } = top({
      facts,
      network: cutOff('node2'),
      symptoms: [onNode('node2')],
    });
    expect(cause).toMatchObject({
      id: 'cni-agent-not-scheduled',
      confidence: 'high',
      component: 'DaemonSet kube-flannel/kube-flannel-ds',
    });
    expect(cause.summary).toBe(
      'flannel does not run on node2: its DaemonSet kube-flannel/kube-flannel-ds excludes it by nodeSelector net=on, the node has no label net (changed 31 s before by kubectl-edit).',
    );
    expect(actions).toEqual([
      {
        type: 'patch-daemonset-node-selector',
        target: {
          kind: 'DaemonSet',
          namespace: 'kube-flannel',
          name: 'kube-flannel-ds',
          uid: agent.meta.uid,
        },
        params: { removeKeys: ['net'], removeAffinityKeys: [] },
      },
    ]);
    expect(remedy).toMatchObject({
      title: 'Remove nodeSelector net=on from DaemonSet kube-flannel/kube-flannel-ds',
    });
    expect(diagnosis.checks).toContainEqual(expect.objectContaining({ title: 'Taints', result: 'clear' }));
  });

  it('finds an affinity that leaves out two nodes of another CNI in another namespace', () => {
    const terms = [
      {
        matchExpressions: [
          { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] },
          { key: 'rack', operator: 'NotIn', values: ['b'] },
        ],
      },
    ];
    const agent = daemonSet('cilium', 'networking', {
      template: { requiredNodeAffinity: { nodeSelectorTerms: terms } },
    });
    const nodes = [
      node('node1'),
      node('node2', { labels: { rack: 'b' } }),
      node('node3', { labels: { rack: 'b' } }),
    ];
    const facts = cluster({ nodes, pods: [podOf(agent, 'node1'), ...dnsPods()] }, agent);
    const { cause, actions } = top({
      facts,
      network: cutOff('node2', 'node3'),
      symptoms: [onNode('node2', 'node3')],
    });
    expect(cause).toMatchObject({ id: 'cni-agent-not-scheduled', confidence: 'high' });
    expect(actions).toMatchObject([{ params: { removeKeys: [], removeAffinityKeys: ['rack'] } }]);
  });

  it('tolerates exactly the taint that is in the way', () => {
    const agent = daemonSet('calico-node', 'calico-system');
    const nodes = [
      node('node1'),
      node('node2'),
      node('node3', { taints: [{ key: 'dedicated', value: 'db', effect: 'NoExecute' }] }),
    ];
    const facts = cluster(
      { nodes, pods: [podOf(agent, 'node1'), podOf(agent, 'node2'), ...dnsPods()] },
      agent,
    );
    const { cause, actions } = top({ facts, network: cutOff('node3'), symptoms: [onNode('node3')] });
    expect(cause.id).toBe('cni-agent-not-scheduled');
    expect(actions).toMatchObject([
      {
        type: 'patch-daemonset-tolerations',
        params: { add: [{ key: 'dedicated', operator: 'Exists', effect: 'NoExecute' }] },
      },
    ]);
  });

  it.each([
    [
      'the node is being taken away',
      { taints: [{ key: 'ToBeDeletedByClusterAutoscaler', value: '', effect: 'NoSchedule' }] },
      {},
    ],
    [
      'it is another architecture',
      { labels: { 'kubernetes.io/arch': 'arm64' } },
      { 'kubernetes.io/arch': 'amd64' },
    ],
  ])('asks people where %s', (_, over, nodeSelector) => {
    const agent = daemonSet('kube-flannel-ds', 'kube-flannel', { template: { nodeSelector } });
    const arch = { 'kubernetes.io/arch': 'amd64' };
    const nodes = [node('node1', { labels: arch }), node('node2', over), node('node3', { labels: arch })];
    const facts = cluster(
      { nodes, pods: [podOf(agent, 'node1'), podOf(agent, 'node3'), ...dnsPods()] },
      agent,
    );
    const { cause, remedy } = top({ facts, network: cutOff('node2'), symptoms: [onNode('node2')] });
    expect(cause.id).toBe('cni-agent-not-scheduled');
    expect(remedy?.type).toBe('escalate');
  });

  it('asks people where removing the selector would start it on nodes that must not have it', () => {
    const agent = daemonSet('kube-flannel-ds', 'kube-flannel', { template: { nodeSelector: { net: 'on' } } });
    const virtual = node('virtual', { labels: { type: 'virtual-kubelet' } });
    const nodes = [
      node('node1', { labels: { net: 'on' } }),
      node('node2'),
      node('node3', { labels: { net: 'on' } }),
      virtual,
    ];
    const facts = cluster(
      { nodes, pods: [podOf(agent, 'node1'), podOf(agent, 'node3'), ...dnsPods()] },
      agent,
    );
    const { remedy } = top({ facts, network: cutOff('node2'), symptoms: [onNode('node2')] });
    expect(remedy).toMatchObject({
      type: 'escalate',
      escalation: { why: expect.stringContaining('virtual') },
    });
  });

  it('names a refused pod and a missing image, and asks people', () => {
    const agent = daemonSet('kube-flannel-ds', 'kube-flannel');
    const quota = event('FailedCreate', 'pods "x" is forbidden: exceeded quota: pods', {
      kind: 'DaemonSet',
      namespace: 'kube-flannel',
      name: 'kube-flannel-ds',
    });
    const pods = [podOf(agent, 'node1'), podOf(agent, 'node3'), ...dnsPods()];
    const refused = top({
      facts: cluster({ pods, events: [quota] }, agent),
      network: cutOff('node2'),
      symptoms: [onNode('node2')],
    });
    expect(refused.cause.id).toBe('cni-agent-not-scheduled');
    expect(refused.cause.summary).toContain('exceeded quota');
    expect(refused.remedy?.type).toBe('escalate');
    const waiting = {
      ready: false,
      containers: [
        container('f', { ready: false, state: 'waiting', reason: 'ImagePullBackOff', message: 'not found' }),
      ],
    };
    const pulled = top({
      facts: cluster({ pods: [...pods, podOf(agent, 'node2', waiting)] }, agent),
      network: cutOff('node2'),
      symptoms: [onNode('node2')],
    });
    expect(pulled.cause).toMatchObject({
      id: 'cni-agent-not-scheduled',
      summary: expect.stringContaining('cannot pull its image'),
    });
    expect(pulled.remedy?.type).toBe('escalate');
  });

  it('does not accuse an old exclusion for trouble elsewhere, nor one whose node works', () => {
    const agent = daemonSet('kube-flannel-ds', 'kube-flannel', { template: { nodeSelector: { net: 'on' } } });
    const nodes = [
      node('node1', { labels: { net: 'on' } }),
      node('node2'),
      node('node3', { labels: { net: 'on' } }),
    ];
    const facts = cluster(
      { nodes, pods: [podOf(agent, 'node1'), podOf(agent, 'node3'), ...dnsPods()] },
      agent,
    );
    const elsewhere = top({
      facts,
      network: network({ pod: (from, to) => from === 'node3' && to === 'node1' }),
      symptoms: [onNode('node3')],
    });
    expect(elsewhere.cause.id).toBe('other');
  });
});

describe('cni-agent-crash', () => {
  const agent = daemonSet('kube-flannel-ds', 'kube-flannel');
  const withBad = (bad: string[], over = {}) =>
    cluster(
      {
        pods: [
          ...['node1', 'node2', 'node3'].map((name) =>
            podOf(agent, name, bad.includes(name) ? crashing('kube-flannel', over) : {}),
          ),
          ...dnsPods(),
        ],
      },
      agent,
    );

  it('deletes the one bad pod first', () => {
    const facts = {
      ...withBad(['node2']),
      logs: [log('kube-flannel-ds-node2', ['panic: runtime error: index out of range [3]'], 'kube-flannel')],
    };
    const { cause, actions } = top({ facts, network: cutOff('node2'), symptoms: [onNode('node2')] });
    expect(cause).toMatchObject({ id: 'cni-agent-crash', confidence: 'high' });
    expect(actions).toMatchObject([
      {
        type: 'delete-pod',
        target: { name: 'kube-flannel-ds-node2', uid: 'uid-kube-flannel-kube-flannel-ds-node2' },
      },
    ]);
  });

  it.each([
    'failed to list *v1.Node: nodes is forbidden: User "system:serviceaccount:kube-flannel:flannel" cannot list resource "nodes"',
    'Failed to create SubnetManager: error retrieving pod spec: Get "https://10.96.0.1:443/api/v1": x509: certificate has expired or is not yet valid',
    'E0101 reflector.go:150] Failed to list *v1.Node: Get "https://10.96.0.1:443/api/v1/nodes": dial tcp 10.96.0.1:443: i/o timeout',
  ])('restarts nothing when the log shows: %s', (line) => {
    const facts = {
      ...withBad(['node1', 'node2', 'node3']),
      logs: [log('kube-flannel-ds-node2', [line], 'kube-flannel')],
    };
    const at = { facts, network: null, symptoms: [symptom()] };
    const { diagnosis } = top(at);
    for (const cause of diagnosis.causes) expect(remedyFor(at, cause)?.type ?? 'none').not.toBe('plan');
  });

  it('asks people after a change of the template, and when memory runs out', () => {
    const changed = {
      ...agent,
      meta: { ...agent.meta, writes: write('spec.template.spec.containers[kube-flannel]', 40, 'helm') },
    };
    const facts = cluster(
      { pods: ['node1', 'node2', 'node3'].map((name) => podOf(changed, name, crashing('f'))) },
      changed,
    );
    expect(
      top({ facts, network: cutOff('node1', 'node2', 'node3'), symptoms: [symptom()] }).remedy,
    ).toMatchObject({
      type: 'escalate',
      escalation: { why: expect.stringContaining('changed 40 s before by helm') },
    });
    const oom = top({
      facts: withBad(['node2'], { lastExit: { code: 137, reason: 'OOMKilled', message: '', atMs: T0 } }),
      network: cutOff('node2'),
      symptoms: [onNode('node2')],
    });
    expect(oom).toMatchObject({ cause: { id: 'cni-agent-crash' }, remedy: { type: 'escalate' } });
  });
});

describe('coredns-config', () => {
  const broken = (corefile: string, over: Partial<Meta> = {}) => [
    configMap('coredns', 'kube-system', { Corefile: corefile }, over),
  ];
  const redy = COREFILE.replace('    ready\n', '    redy\n');

  it('repairs the line that CoreDNS refuses and restarts it', () => {
    const facts = cluster({
      configMaps: broken(redy, { writes: write('data.Corefile', 42, 'kubectl-client-side-apply') }),
      pods: [...cluster().pods.filter(({ hostNetwork }) => hostNetwork), ...dnsPods(crashing('coredns'))],
      logs: [log('coredns-0', ["/etc/coredns/Corefile:6 - Error during parsing: Unknown directive 'redy'"])],
    });
    const { cause, actions, remedy, diagnosis } = top({ facts, network: dnsDown(), symptoms: [aboutDns] });
    expect(cause).toMatchObject({
      id: 'coredns-config',
      confidence: 'high',
      component: 'Corefile in ConfigMap kube-system/coredns',
    });
    expect(cause.summary).toBe(
      "The Corefile is wrong, line 6: Unknown directive 'redy' (changed 42 s before by kubectl-client-side-apply); 2 of 2 CoreDNS pods crash-loop.",
    );
    expect(actions).toMatchObject([
      { type: 'patch-corefile', params: { corefile: COREFILE } },
      { type: 'delete-pod', target: { name: 'coredns-0' }, params: { answering: 1 } },
      { type: 'delete-pod', target: { name: 'coredns-1' }, params: { answering: 2 } },
    ]);
    expect(remedy).toMatchObject({
      title: 'Write redy as ready (line 6) in the Corefile, then restart CoreDNS, one pod first',
    });
    const crash = diagnosis.causes.find(({ id }) => id === 'coredns-crash');
    expect(crash?.score ?? 0).toBeLessThan(0.4);
  });

  it('finds it from the object and the pods alone, when no log could be read', () => {
    const facts = cluster({
      configMaps: broken(redy),
      pods: dnsPods(crashing('coredns')),
      unknown: [{ what: 'logs', why: 'forbidden' }],
    });
    const { cause, actions, diagnosis } = top({ facts, network: dnsDown(), symptoms: [aboutDns] });
    expect(cause).toMatchObject({ id: 'coredns-config' });
    expect(actions[0]?.type).toBe('patch-corefile');
    expect(diagnosis.unknown).toContain('logs: forbidden');
  });

  it('escalates a loop through the node’s resolv.conf with what to do', () => {
    const logs = [
      log('coredns-0', [
        '[FATAL] plugin/loop: Loop (127.0.0.1:5 -> :53) detected for zone ".", see https://coredns.io/plugins/loop#troubleshooting.',
      ]),
    ];
    const { cause, remedy } = top({
      facts: cluster({ pods: dnsPods(crashing('coredns')), logs }),
      network: dnsDown(),
      symptoms: [aboutDns],
    });
    expect(cause.id).toBe('coredns-config');
    expect(remedy).toMatchObject({
      type: 'escalate',
      escalation: { options: [expect.stringContaining('upstream'), expect.stringContaining('resolv-conf')] },
    });
  });

  it('puts a wrong zone right when answers fail, and only patches what reloads by itself', () => {
    const facts = cluster({
      configMaps: broken(COREFILE.replace('cluster.local', 'clutser.local'), {
        writes: write('data.Corefile', 20),
      }),
    });
    const { cause, actions } = top({ facts, network: dnsDown('dns-rcode'), symptoms: [aboutDns] });
    expect(cause.id).toBe('coredns-config');
    expect(actions).toMatchObject([{ type: 'patch-corefile', params: { corefile: COREFILE } }]);
  });

  it('does not accuse a file that pods run with: plugins of an own build are theirs', () => {
    const own = COREFILE.replace('    loop\n', '    loop\n    k8s_gateway corp.example\n');
    const facts = cluster({ configMaps: broken(own) });
    const { cause } = top({ facts, network: cutOff('node2'), symptoms: [onNode('node2')] });
    expect(cause.id).toBe('other');
  });
});

describe('coredns-crash', () => {
  it('scales up from zero to what there was before', () => {
    const scaled = event(
      'ScalingReplicaSet',
      'Scaled down replica set coredns-5d from 3 to 0',
      { kind: 'Deployment', namespace: 'kube-system', name: 'coredns' },
      { type: 'Normal' },
    );
    const rolled = {
      ...scaled,
      message: 'Scaled down replica set coredns-4c from 1 to 0',
      lastMs: scaled.lastMs + 1,
    };
    const zero = {
      ...coredns,
      replicas: 0,
      statusReplicas: 0,
      ready: 0,
      meta: { ...coredns.meta, writes: write('spec.replicas', 20, 'kubectl') },
    };
    const facts = cluster({
      deployments: [zero],
      events: [scaled, rolled],
      pods: cluster().pods.filter(({ hostNetwork }) => hostNetwork),
    });
    const { cause, actions } = top({ facts, network: dnsDown(), symptoms: [aboutDns] });
    expect(cause).toMatchObject({
      id: 'coredns-crash',
      confidence: 'high',
      summary: 'CoreDNS is scaled to 0 replicas: no pod answers DNS (changed 20 s before by kubectl).',
    });
    expect(actions).toMatchObject([{ type: 'scale-coredns', params: { replicas: 3 } }]);
  });

  it('restarts it when all pods crash for no known reason, deletes one when one does', () => {
    const all = top({
      facts: cluster({ pods: dnsPods(crashing('coredns')) }),
      network: dnsDown(),
      symptoms: [aboutDns],
    });
    expect(all).toMatchObject({ cause: { id: 'coredns-crash' }, actions: [{ type: 'restart-deployment' }] });
    const [bad, good] = [dnsPods(crashing('coredns'))[0], dnsPods()[1]];
    if (bad === undefined || good === undefined) throw new Error('fixture');
    const half = network({ dns: (_, server) => server.endsWith('-0') });
    const one = top({ facts: cluster({ pods: [bad, good] }), network: half, symptoms: [aboutDns] });
    expect(one).toMatchObject({
      cause: { id: 'coredns-crash' },
      actions: [{ type: 'delete-pod', target: { name: 'coredns-0' } }],
    });
  });

  it('asks people when memory runs out', () => {
    const oom = dnsPods(
      crashing('coredns', { lastExit: { code: 137, reason: 'OOMKilled', message: '', atMs: T0 } }),
    );
    expect(top({ facts: cluster({ pods: oom }), network: dnsDown(), symptoms: [aboutDns] })).toMatchObject({
      cause: { id: 'coredns-crash' },
      remedy: { type: 'escalate' },
    });
  });

  it('replaces a pod that calls itself ready and answers nobody', () => {
    const mute = network({ dns: (_, server) => server === 'kube-system/coredns-1' });
    const { cause, actions } = top({ facts: cluster(), network: mute, symptoms: [aboutDns] });
    expect(cause).toMatchObject({ id: 'coredns-crash', confidence: 'medium' });
    expect(actions).toMatchObject([
      { type: 'delete-pod', target: { name: 'coredns-1' }, params: { evidence: 'probes' } },
    ]);
  });
});

describe('netpol-blocks-dns', () => {
  const spec = { podSelector: {}, policyTypes: ['Egress'], egress: [{ to: [{ podSelector: {} }] }] };
  const canary = pod('pathmedic-canary-1', 'app', { nodeName: 'node2', ips: ['10.244.2.9'] });
  const policy = networkPolicy('restrict-egress', 'app', spec, {
    createdMs: T0 - 20_000,
    writes: write('spec.egress', 20, 'kubectl-client-side-apply'),
  });
  const facts = (policies = [policy]) =>
    cluster({ networkPolicies: policies, pods: [...cluster().pods, canary] });
  const denied = network({ dns: (from) => from.mode === 'canary' });
  const inApp = symptom({
    scope: { type: 'namespace', namespace: 'app' },
    affected: { nodes: [], namespaces: ['app'], objects: [] },
  });

  it('asks people what may pass where nothing may: DNS alone would not make such pods work', () => {
    const closed = { podSelector: {}, policyTypes: ['Ingress', 'Egress'] };
    const deny = networkPolicy('default-deny', 'app', closed, { createdMs: T0 - 20_000 });
    const { cause, remedy } = top({ facts: facts([deny]), network: denied, symptoms: [inApp] });
    expect(cause.id).toBe('netpol-blocks-dns');
    expect(remedy).toMatchObject({
      type: 'escalate',
      escalation: { title: 'Pods in app may not reach anything' },
    });
  });

  it('adds the narrowest rule to the policy that was made last', () => {
    const older = networkPolicy('older', 'app', { podSelector: {}, policyTypes: ['Egress'], egress: [] });
    const { cause, actions } = top({ facts: facts([older, policy]), network: denied, symptoms: [inApp] });
    expect(cause).toMatchObject({ id: 'netpol-blocks-dns', confidence: 'high' });
    expect(cause.summary).toBe(
      'NetworkPolicies app/restrict-egress, app/older leave no way to DNS for pods in app (created 20 s before by kubectl-client-side-apply).',
    );
    expect(actions).toMatchObject([
      {
        type: 'patch-network-policy',
        target: { namespace: 'app', name: 'restrict-egress' },
        params: {
          addEgress: [
            {
              to: [
                {
                  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
                  podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
                },
              ],
            },
          ],
        },
      },
    ]);
  });

  it('names the port that the DNS pods listen on, whatever number that is', () => {
    const text = (targetPort: string): string | undefined => {
      const ports = ['UDP', 'TCP'].map((protocol) => ({ name: 'dns', port: 53, targetPort, protocol }));
      const services = facts().services.map((one) => ({ ...one, ports }));
      const { cause } = top({ facts: { ...facts(), services }, network: denied, symptoms: [inApp] });
      return cause.for.find((one) => one.text.includes('no rule allows'))?.text;
    };
    expect(text('5353')).toBe(
      '1 pod of app may not ask the cluster DNS: egress is restricted by app/restrict-egress, and no rule allows UDP 5353, where the DNS pods listen',
    );
    expect(text('53')).toMatch(/no rule allows UDP 53$/);
  });

  it('accuses nothing that is not enforced, and proposes nothing without probes', () => {
    expect(top({ facts: facts(), network: network(), symptoms: [inApp] }).cause.id).toBe('other');
    expect(top({ facts: facts(), network: null, symptoms: [inApp] }).actions).toEqual([]);
  });

  it('is not the cause when DNS fails everywhere', () => {
    const { cause } = top({
      facts: { ...facts(), deployments: [{ ...coredns, replicas: 0 }] },
      network: dnsDown(),
      symptoms: [aboutDns],
    });
    expect(cause.id).toBe('coredns-crash');
  });

  it('finds a policy that keeps queries out of the cluster DNS', () => {
    const closed = networkPolicy(
      'lock',
      'kube-system',
      {
        podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ podSelector: {} }] }],
      },
      { createdMs: T0 - 5000, writes: write('spec', 5) },
    );
    const { cause, actions } = top({
      facts: facts([closed]),
      network: network({ dns: () => true }),
      symptoms: [aboutDns],
    });
    expect(cause.id).toBe('netpol-blocks-dns');
    expect(actions).toMatchObject([
      { target: { name: 'lock' }, params: { addIngress: [{ from: [{ namespaceSelector: {} }] }] } },
    ]);
  });

  it('opens both ends where both are closed', () => {
    const lock = networkPolicy(
      'lock',
      'kube-system',
      { podSelector: {}, policyTypes: ['Ingress'] },
      { createdMs: T0 - 5000 },
    );
    const { actions } = top({
      facts: facts([policy, lock]),
      network: network({ dns: () => true }),
      symptoms: [inApp],
    });
    expect(actions.map(({ target, params }) => [target.name, Object.keys(params)[0]])).toEqual([
      ['restrict-egress', 'addEgress'],
      ['lock', 'addIngress'],
    ]);
  });

  it('takes namespaces apart: only the one in trouble', () => {
    const other = networkPolicy('also', 'shop', spec, { createdMs: T0 - 1000 });
    const both = {
      ...facts([policy, other]),
      namespaces: [...facts().namespaces, namespace('shop')],
      pods: [...facts().pods, pod('web', 'shop', { ips: ['10.244.3.3'] })],
    };
    expect(top({ facts: both, network: denied, symptoms: [inApp] }).actions).toMatchObject([
      { target: { namespace: 'app' } },
    ]);
  });
});

describe('ipam-exhausted', () => {
  const stuck = pod('web-1', 'app', {
    nodeName: 'node2',
    phase: 'Pending',
    ready: false,
    ips: [],
    containers: [container('web', { ready: false, state: 'waiting', reason: 'ContainerCreating' })],
  });
  const refused = event(
    'FailedCreatePodSandBox',
    'Failed to create pod sandbox: plugin type="flannel" failed (add): failed to allocate for range 0: no IP addresses available in range set: 10.244.2.1-10.244.2.254',
    { kind: 'Pod', namespace: 'app', name: 'web-1' },
  );

  it('escalates leaked reservations with options and their consequences', () => {
    const facts = cluster({ pods: [...cluster().pods, stuck], events: [refused] });
    const { cause, remedy } = top({ facts, network: network(), symptoms: [symptom({ kind: 'pods-stuck' })] });
    expect(cause).toMatchObject({ id: 'ipam-exhausted', confidence: 'high' });
    expect(cause.summary).toBe(
      'No free pod addresses on node2: 1 pod waits for one; 1 of 253 addresses of 10.244.2.0/24 belong to pods.',
    );
    expect(remedy).toMatchObject({
      type: 'escalate',
      escalation: {
        title: 'No free pod addresses on node2',
        options: expect.arrayContaining([expect.stringContaining('Reservations without a pod')]),
      },
    });
  });

  it('finds a full range without any event', () => {
    const small = [
      node('node1', { podCIDRs: ['10.244.1.0/24'] }),
      node('node2', { podCIDRs: ['10.244.2.0/28'] }),
      node('node3'),
    ];
    const full = Array.from({ length: 13 }, (_, i) =>
      pod(`p${i}`, 'app', { nodeName: 'node2', ips: [`10.244.2.${i + 2}`] }),
    );
    const { cause } = top({
      facts: cluster({ nodes: small, pods: [...cluster().pods, ...full, stuck] }),
      network: network(),
      symptoms: [symptom({ kind: 'pods-stuck' })],
    });
    expect(cause).toMatchObject({ id: 'ipam-exhausted', confidence: 'medium' });
  });
});

describe('texts that tenants can write', () => {
  it('rank causes and never make a plan or a high confidence', () => {
    const about = { kind: 'Pod', namespace: 'evil', name: 'x' };
    const lines = [
      'no IP addresses available in range set: 10.0.0.1-10.0.0.2',
      'UDP connection from 10.0.0.1:1 to 10.0.0.2:53 blocked by Weave NPC',
      'cni plugin not initialized',
      'x509: certificate has expired',
      'BGP not established with 10.0.0.1',
      'open /run/flannel/subnet.env: no such file or directory',
    ];
    const at = situation({
      facts: cluster({ events: lines.map((line) => event('Failed', line, about)) }),
      symptoms: [symptom()],
    });
    for (const cause of diagnose(at).causes) {
      expect(cause.confidence).not.toBe('high');
      expect(remedyFor(at, cause)?.type ?? 'none').not.toBe('plan');
    }
  });

  it('names a cause that only messages tell of, and asks people', () => {
    const about = { kind: 'Pod', namespace: 'kube-system', name: 'calico-node-x' };
    const events = [
      event(
        'Unhealthy',
        'Readiness probe failed: calico/node is not ready: BIRD is not ready: BGP not established with 10.1.1.1',
        about,
      ),
    ];
    const { cause, remedy } = top(situation({ facts: cluster({ events }), symptoms: [symptom()] }));
    expect(cause).toMatchObject({ id: 'bgp-peer-down', confidence: 'medium' });
    expect(remedy).toBeNull();
  });
});
