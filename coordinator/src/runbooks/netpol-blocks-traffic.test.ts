import { describe, expect, it } from 'vitest';
import { catalogue } from '../actions/catalogue.ts';
import type { PathState } from '../domain/network.ts';
import { pathId } from '../domain/path.ts';
import { Escalation } from '../domain/proposal.ts';
import type { ClusterFacts, Situation } from '../facts/cluster-facts.ts';
import {
  daemonSet,
  namespace,
  networkPolicy,
  pod,
  podOf,
  service,
} from '../facts/record-builders.fixture.ts';
import type { NetworkPolicyRecord } from '../facts/records.ts';
import { diagnose, remedyFor } from './diagnose.ts';
import { cluster, dnsPods, network, situation, symptom, T0 } from './situation.fixture.ts';

const nodes = ['node1', 'node2', 'node3'];
const agent = daemonSet('kube-flannel-ds', 'kube-flannel');
const labels = { app: 'web' };
const part = { 'app.kubernetes.io/part-of': 'pathmedic' };

const canaries = nodes.map((nodeName, i) =>
  pod(`canary-${nodeName}`, 'app', {
    nodeName,
    ips: [`10.244.${i + 1}.20`],
    meta: { labels: { ...part, 'app.kubernetes.io/component': 'canary' } },
  }),
);
const web = service('web', 'shop', {
  selector: labels,
  clusterIPs: ['10.96.0.30'],
  ports: [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' }],
});
const backend = pod('web-1', 'shop', {
  nodeName: 'node3',
  ips: ['10.244.3.30'],
  meta: { labels: { ...labels, 'pod-template-hash': '5d' } },
});
const backends = [
  {
    ...backend,
    containers: backend.containers.map((one) => ({
      ...one,
      ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    })),
  },
];

function paths(fails: boolean, from: 'app' | 'pathmedic' = 'app'): PathState[] {
  return nodes.map((name) => {
    const path = {
      from: { node: name, mode: from === 'app' ? 'canary' : 'pod', namespace: from },
      kind: 'service',
      protocol: 'tcp',
      to: { type: 'service', namespace: 'shop', name: 'web', address: '10.96.0.30', port: 80, backend: null },
    } as const;
    return {
      path: { ...path, id: pathId(path) },
      state: fails ? 'failing' : 'healthy',
      sent: 12,
      lost: fails ? 12 : 0,
      failures: fails ? [{ outcome: 'timeout', count: 12 }] : [],
      sinceMs: T0,
      lastReportMs: T0 + 9000,
    };
  });
}

function facts(...policies: NetworkPolicyRecord[]): ClusterFacts {
  return cluster(
    {
      namespaces: ['kube-system', 'pathmedic', 'app', 'shop'].map((name) => namespace(name)),
      services: [...cluster().services, web],
      pods: [...nodes.map((name) => podOf(agent, name)), ...dnsPods(), ...canaries, ...backends],
      networkPolicies: policies,
    },
    agent,
  );
}

function at(policies: NetworkPolicyRecord[], seen: PathState[]): Situation {
  const base = network();
  const inApp = symptom({
    component: 'policy:app',
    scope: { type: 'namespace', namespace: 'app' },
    affected: { nodes, namespaces: ['app'], objects: [] },
  });
  return situation({
    facts: facts(...policies),
    network: { ...base, paths: [...base.paths, ...seen] },
    symptoms: [inApp],
  });
}

const written = (name: string, secondsBefore: number) => ({
  createdMs: T0 - secondsBefore * 1000,
  writes: [
    { manager: 'kubectl-create', operation: 'Update', atMs: T0 - secondsBefore * 1000, fields: [name] },
  ],
});
const dnsOnly = networkPolicy(
  'egress',
  'app',
  {
    podSelector: {},
    policyTypes: ['Egress'],
    egress: [{ to: [{ namespaceSelector: {} }], ports: [{ protocol: 'UDP', port: 53 }] }],
  },
  written('spec', 20),
);

function top(one: Situation) {
  const [cause] = diagnose(one).causes;
  if (cause === undefined) throw new Error('no cause');
  const remedy = remedyFor(one, cause);
  if (remedy?.type === 'escalate') expect(() => Escalation.parse(remedy.escalation)).not.toThrow();
  return { cause, remedy };
}

describe('traffic that a policy denies', () => {
  it('is allowed again by one rule: that Service’s pods, on the port behind it', () => {
    const { cause, remedy } = top(at([dnsOnly], [...paths(true), ...paths(false, 'pathmedic')]));
    expect(cause).toMatchObject({ id: 'netpol-blocks-traffic', confidence: 'high' });
    expect(cause.summary).toBe(
      'NetworkPolicy app/egress does not let pods of app to Service shop/web on TCP 8080 pass (created 20 s before by kubectl-create).',
    );
    const rule = {
      to: [
        {
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } },
          podSelector: { matchLabels: { app: 'web' } },
        },
      ],
      ports: [{ protocol: 'TCP', port: 8080 }],
    };
    expect(remedy).toMatchObject({
      type: 'plan',
      actions: [{ type: 'patch-network-policy', target: { name: 'egress' }, params: { addEgress: [rule] } }],
    });
    const params = remedy?.type === 'plan' ? remedy.actions[0]?.params : null;
    expect(catalogue['patch-network-policy'].params.safeParse(params).success).toBe(true);
  });

  it('is opened on the side of the target where that is what is shut, for that namespace only', () => {
    const guard = networkPolicy(
      'guard',
      'shop',
      {
        podSelector: { matchLabels: labels },
        ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 9090 }] }],
      },
      written('spec', 20),
    );
    const { cause, remedy } = top(at([guard], [...paths(true)]));
    expect(cause.id).toBe('netpol-blocks-traffic');
    const rule = {
      from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'app' } } }],
      ports: [{ protocol: 'TCP', port: 8080 }],
    };
    expect(remedy).toMatchObject({ type: 'plan', actions: [{ params: { addIngress: [rule] } }] });
  });

  it('behind a policy without any rule is for people: somebody built a wall', () => {
    const wall = networkPolicy(
      'wall',
      'shop',
      { podSelector: {}, policyTypes: ['Ingress'] },
      written('spec', 20),
    );
    const { cause, remedy } = top(at([wall], paths(true)));
    expect(cause.id).toBe('netpol-blocks-traffic');
    expect(remedy?.type).toBe('escalate');
  });

  it('that fails though the policies allow it is not theirs', () => {
    const open = networkPolicy('open', 'app', { podSelector: {}, policyTypes: ['Egress'], egress: [{}] });
    expect(diagnose(at([open], paths(true))).causes.map(({ id }) => id)).not.toContain(
      'netpol-blocks-traffic',
    );
  });

  it('that passes all the same accuses no policy: nothing enforces it', () => {
    expect(diagnose(at([dnsOnly], paths(false))).causes.map(({ id }) => id)).not.toContain(
      'netpol-blocks-traffic',
    );
  });
});

describe('a Service that no rule lets anybody reach', () => {
  const wall = networkPolicy(
    'wall',
    'shop',
    { podSelector: {}, policyTypes: ['Ingress'] },
    written('spec', 20),
  );
  const asked = (ns: string): Situation =>
    situation({
      facts: facts(wall),
      symptoms: [
        symptom({
          kind: 'asked',
          scope: { type: 'namespace', namespace: ns },
          affected: { nodes: [], namespaces: [ns], objects: [] },
        }),
      ],
    });

  it('is told where people ask about its namespace, without claiming that it is enforced, and never changed', () => {
    const { cause, remedy } = top(asked('shop'));
    expect(cause).toMatchObject({ id: 'netpol-blocks-traffic', confidence: 'medium' });
    expect(cause.summary).toContain('No pod may reach Service shop/web on TCP 80');
    const options = remedy?.type === 'escalate' ? remedy.escalation.options.join('\n') : '';
    expect(options).toContain(
      `kubectl -n shop patch networkpolicy wall --type=json -p '[{"op":"add","path":"/spec/ingress","value":[{"from":[{"podSelector":{}}],"ports":[{"protocol":"TCP","port":8080}]}]}]'`,
    );
  });

  it('is not named in trouble elsewhere', () => {
    const elsewhere = {
      ...asked('app'),
      symptoms: [symptom({ scope: { type: 'nodes', nodes: ['node1'] } })],
    };
    expect(diagnose(elsewhere).causes.map(({ id }) => id)).not.toContain('netpol-blocks-traffic');
  });
});
