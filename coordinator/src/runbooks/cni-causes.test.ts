import { describe, expect, it } from 'vitest';
import { Escalation } from '../domain/proposal.ts';
import type { ClusterFacts, LogExcerpt, Situation } from '../facts/cluster-facts.ts';
import {
  configMap,
  crashing,
  daemonSet,
  event,
  node,
  pod,
  podOf,
  service,
} from '../facts/record-builders.fixture.ts';
import type { Condition, NodeRecord } from '../facts/records.ts';
import { diagnose, remedyFor } from './diagnose.ts';
import { cluster, dnsPods, network, situation, symptom, T0 } from './situation.fixture.ts';

const names = ['node1', 'node2', 'node3'];
const agent = daemonSet('kube-flannel-ds', 'kube-flannel');
const ready = names.map((name) => podOf(agent, name));
const node2Crashing = names.map((name) =>
  podOf(agent, name, name === 'node2' ? crashing('kube-flannel') : {}),
);
const onNode2 = symptom({
  kind: 'cni-agents',
  scope: { type: 'nodes', nodes: ['node2'] },
  affected: { nodes: ['node2'], namespaces: [], objects: [] },
});

/** What flanneld prints, after its usual first lines. */
function flannelLog(...lines: string[]): LogExcerpt {
  return {
    namespace: 'kube-flannel',
    pod: 'kube-flannel-ds-node2',
    container: 'kube-flannel',
    node: 'node2',
    previous: true,
    lines: [
      'I1124 03:12:11.031 1 main.go:212] CLI flags config: {etcdEndpoints:http://127.0.0.1:4001}',
      ...lines,
    ],
  };
}

function at(over: Partial<ClusterFacts>): Situation {
  const base = cluster({ pods: [...ready, ...dnsPods()], ...over }, agent);
  return situation({ facts: base, symptoms: [onNode2] });
}

function nodesWith(over: Partial<NodeRecord>): NodeRecord[] {
  return names.map((name, i) =>
    node(name, { podCIDRs: [`10.244.${i}.0/24`], ...(name === 'node2' ? over : {}) }),
  );
}

function top(one: Situation) {
  const diagnosis = diagnose(one);
  const [cause] = diagnosis.causes;
  if (cause === undefined) throw new Error('no cause');
  const remedy = remedyFor(one, cause);
  const escalation = remedy?.type === 'escalate' ? Escalation.parse(remedy.escalation) : null;
  return { cause, remedy, escalation, options: escalation?.options.join('\n') ?? '' };
}

const ids = (one: Situation): string[] => diagnose(one).causes.map(({ id }) => id);

describe('a CNI agent whose rights are gone', () => {
  const forbidden = flannelLog(
    `E1124 03:12:12.044 1 main.go:268] Failed to create SubnetManager: error retrieving pod spec for 'kube-flannel/kube-flannel-ds-node2': pods "kube-flannel-ds-node2" is forbidden: User "system:serviceaccount:kube-flannel:flannel" cannot get resource "pods" in API group "" in the namespace "kube-flannel"`,
  );

  it('is told with the very right that it lacks, and is not restarted', () => {
    const { cause, options, remedy } = top(at({ pods: [...node2Crashing, ...dnsPods()], logs: [forbidden] }));
    expect(cause).toMatchObject({ id: 'cni-rbac-or-cert-expired', confidence: 'medium' });
    expect(cause.summary).toContain('The service account kube-flannel/flannel of the CNI may not get pods');
    expect(remedy?.type).toBe('escalate');
    expect(options).toContain('kubectl auth can-i get pods --as=system:serviceaccount:kube-flannel:flannel');
  });

  it('is not told of what another program may not do', () => {
    const other = { ...forbidden, namespace: 'app', pod: 'operator' };
    const pods = [...node2Crashing, ...dnsPods(), pod('operator', 'app', { nodeName: 'node2' })];
    expect(ids(at({ pods, logs: [other] }))).not.toContain('cni-rbac-or-cert-expired');
  });
});

describe('a CNI agent that does not reach the API server', () => {
  const api = service('kubernetes', 'default', { clusterIPs: ['10.96.0.1'] });
  const failed = (address: string): LogExcerpt =>
    flannelLog(
      `E1124 03:12:42.044 1 main.go:268] Failed to create SubnetManager: error retrieving pod spec for 'kube-flannel/kube-flannel-ds-node2': Get "https://${address}/api/v1/namespaces/kube-flannel/pods/kube-flannel-ds-node2": dial tcp ${address}: i/o timeout`,
    );

  it('is told which address it tried, and what lies on the way there', () => {
    const pods = [...node2Crashing, ...dnsPods()];
    const services = [...cluster().services, api];
    const byService = top(at({ pods, services, logs: [failed('10.96.0.1:443')] }));
    expect(byService.cause).toMatchObject({ id: 'datastore-or-apiserver-unreachable', confidence: 'medium' });
    expect(byService.cause.summary).toBe(
      'The CNI on node2 cannot reach the API server by its Service address 10.96.0.1:443.',
    );
    expect(byService.options).toContain('127.0.0.1:10256/healthz');
    const direct = top(at({ pods, services, logs: [failed('192.0.2.11:6443')] }));
    expect(direct.cause.summary).toContain('at 192.0.2.11:6443');
    expect(direct.options).not.toContain('10256');
    expect(direct.escalation?.options.every((option) => option.length <= 400)).toBe(true);
  });
});

describe('a bridge of an earlier range', () => {
  const stuck = pod('web', 'shop', { nodeName: 'node2', phase: 'Pending', ready: false, ips: [] });
  const failed = (message: string) =>
    event('FailedCreatePodSandBox', message, { kind: 'Pod', namespace: 'shop', name: 'web' });
  const bridge = failed(
    'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "6b1f": plugin type="flannel" failed (add): failed to delegate add: failed to set bridge addr: "cni0" already has an IP address different from 10.244.1.1/24',
  );

  it('is told with its name and the address that it should have', () => {
    const { cause, options } = top(at({ pods: [...ready, ...dnsPods(), stuck], events: [bridge] }));
    expect(cause).toMatchObject({ id: 'stale-cni-state', confidence: 'medium' });
    expect(cause.summary).toContain(
      'The bridge cni0 on node2 still has an address of an earlier pod range, not of 10.244.1.1/24',
    );
    expect(options).toContain('ip link delete cni0');
    expect(options).toContain('kubectl drain node2');
  });

  it('is not seen in other sandbox errors', () => {
    const other = failed(
      'failed to setup network for sandbox: no IP addresses available in range set: 10.244.1.1-10.244.1.254',
    );
    expect(ids(at({ pods: [...ready, ...dnsPods(), stuck], events: [other] }))).not.toContain(
      'stale-cni-state',
    );
  });
});

describe('a node without a pod range', () => {
  const netConf = configMap('kube-flannel-cfg', 'kube-flannel', {
    'net-conf.json': '{"Network": "10.244.0.0/16", "EnableNFTables": false, "Backend": {"Type": "vxlan"}}',
  });
  const log = flannelLog(
    'E1124 03:12:12.104 1 main.go:347] Error registering network: failed to acquire lease: node "node2" pod cidr not assigned',
  );

  it('is why its agent fails, and the next free range is offered for the hands of a person', () => {
    const { cause, options } = top(
      at({
        nodes: nodesWith({ podCIDRs: [] }),
        pods: [...node2Crashing, ...dnsPods()],
        configMaps: [...cluster().configMaps, netConf],
        logs: [log],
      }),
    );
    expect(cause).toMatchObject({ id: 'node-cidr-not-assigned', confidence: 'high' });
    expect(options).toContain(`kubectl patch node node2 -p '{"spec":{"podCIDR":"10.244.1.0/24"`);
  });

  it('is not missed where no node has one, nor on a node that has just joined', () => {
    const none = names.map((name) => node(name));
    expect(ids(at({ nodes: none }))).not.toContain('node-cidr-not-assigned');
    const [first, second, third] = nodesWith({ podCIDRs: [] });
    if (first === undefined || second === undefined || third === undefined) throw new Error('fixture');
    const young = { ...second, meta: { ...second.meta, createdMs: T0 } };
    expect(ids(at({ nodes: [first, young, third] }))).not.toContain('node-cidr-not-assigned');
  });
});

describe('a node whose runtime has no CNI configuration', () => {
  const since = T0 - 20_000;
  const notReady: Condition = {
    type: 'Ready',
    status: 'False',
    reason: 'KubeletNotReady',
    message:
      'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized',
    sinceMs: since,
  };
  const nodes = nodesWith({ conditions: [notReady] });

  it('while its agent has run since before: the agent is started anew, and writes it again', () => {
    const { cause, remedy } = top(at({ nodes }));
    expect(cause).toMatchObject({ id: 'cni-not-initialized', confidence: 'medium' });
    expect(remedy).toMatchObject({
      type: 'plan',
      actions: [{ type: 'delete-pod', target: { name: 'kube-flannel-ds-node2' } }],
    });
  });

  it('though its agent was started since: starting it again would not help', () => {
    const restarted = names.map((name) =>
      podOf(agent, name, name === 'node2' ? { readySinceMs: since - 1000 + 2000 } : {}),
    );
    const one = at({ nodes, pods: [...restarted, ...dnsPods()] });
    expect(top({ ...one, facts: { ...one.facts, atMs: T0 + 120_000 } }).remedy?.type).toBe('escalate');
  });

  it('because its agent crashes is a consequence', () => {
    const { cause } = top(at({ nodes, pods: [...node2Crashing, ...dnsPods()] }));
    expect(cause.id).toBe('cni-agent-crash');
  });

  const missing = (plugin: string): Situation =>
    at({
      nodes: nodesWith({}),
      pods: [
        ...ready,
        ...dnsPods(),
        pod('web', 'shop', { nodeName: 'node2', phase: 'Pending', ready: false, ips: [] }),
      ],
      events: [
        event(
          'FailedCreatePodSandBox',
          `failed to setup network for sandbox "ab12": plugin type="${plugin}" failed (add): failed to find plugin "${plugin}" in path [/opt/cni/bin]`,
          { kind: 'Pod', namespace: 'shop', name: 'web' },
        ),
      ],
    });

  it('or not the program that it names: the agent brings back its own, any other is the node’s', () => {
    const own = top(missing('flannel'));
    expect(own.cause).toMatchObject({ id: 'cni-not-initialized', confidence: 'medium' });
    expect(own.remedy).toMatchObject({
      type: 'plan',
      actions: [{ target: { name: 'kube-flannel-ds-node2' } }],
    });
    const other = top(missing('loopback'));
    expect(other.cause.summary).toContain('The program of the CNI plugin loopback is missing on node2');
    expect(other.remedy?.type).toBe('escalate');
  });
});

describe('flannel’s configuration', () => {
  it('that does not hold a node’s range is why the agent exits there: no restart, the file has to be right first', () => {
    const wrong = configMap('kube-flannel-cfg', 'kube-flannel', {
      'net-conf.json': '{"Network": "10.99.0.0/16", "Backend": {"Type": "vxlan"}}',
    });
    const { cause, escalation } = top(
      at({
        nodes: nodesWith({}),
        pods: [...node2Crashing, ...dnsPods()],
        configMaps: [...cluster().configMaps, wrong],
        logs: [
          flannelLog(
            'E1124 03:12:12.104 1 main.go:347] Error registering network: failed to acquire lease: subnet "10.99.0.0/16" specified in the flannel net config doesn\'t contain "10.244.1.0/24" PodCIDR of the "node2" node',
          ),
        ],
      }),
    );
    expect(cause).toMatchObject({ id: 'cni-agent-crash', confidence: 'high' });
    expect(escalation?.why).toContain(
      'says Network 10.99.0.0/16, which does not hold the ranges of node1, node2 and node3',
    );
  });
});

describe('a CNI agent that fails since its DaemonSet was changed', () => {
  it('is told with its last words and the way back, and not restarted', () => {
    const changed = daemonSet('kube-flannel-ds', 'kube-flannel', {
      meta: {
        writes: [
          {
            manager: 'kubectl-patch',
            operation: 'Update',
            atMs: T0 - 13_000,
            fields: ['spec.template.spec.containers'],
          },
        ],
      },
    });
    const { cause, escalation, options } = top(
      situation({
        facts: cluster(
          {
            pods: [...node2Crashing, ...dnsPods()],
            logs: [
              flannelLog(
                'E1124 03:12:12.104    1 main.go:212] Failed to find interface to use that matches the interfaces and/or regexes provided',
                'I1124 03:12:12.105    1 main.go:300] shutting down',
              ),
            ],
          },
          changed,
        ),
        symptoms: [onNode2],
      }),
    );
    expect(cause).toMatchObject({ id: 'cni-agent-crash', confidence: 'medium' });
    expect(escalation?.why).toContain('and say: main.go:212] Failed to find interface to use');
    expect(options).toContain('rollout undo daemonset/kube-flannel-ds');
  });
});

describe('a healthy cluster', () => {
  it('has none of these causes', () => {
    expect(ids(situation({ facts: cluster({ nodes: nodesWith({}) }), network: network() }))).toEqual([
      'other',
    ]);
  });
});
