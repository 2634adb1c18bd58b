import { describe, expect, it } from 'vitest';
import { Escalation } from '../domain/proposal.ts';
import type { ClusterFacts, Situation } from '../facts/cluster-facts.ts';
import { crashing, deployment, event, meta, pod, service } from '../facts/record-builders.fixture.ts';
import type { PodRecord, ServiceRecord } from '../facts/records.ts';
import { diagnose, remedyFor } from './diagnose.ts';
import { cluster, situation, symptom, T0 } from './situation.fixture.ts';

const labels = { app: 'echo', tier: 'back' };
const echo = (name: string, over: Partial<PodRecord> = {}): PodRecord => ({
  ...pod(name, 'app', { meta: { labels, owner: { kind: 'ReplicaSet', name: 'echo-5d9c7', uid: 'rs' } } }),
  ...over,
});
const wrongSelector = service('echo', 'app', {
  selector: { app: 'ech0', tier: 'back' },
  meta: {
    writes: [{ manager: 'kubectl-patch', operation: 'Update', atMs: T0 - 20_000, fields: ['spec.selector'] }],
  },
});
const right = service('echo', 'app', { selector: labels });

function facts(one: ServiceRecord, pods: PodRecord[], replicas = 2): ClusterFacts {
  const base = cluster();
  return {
    ...base,
    services: [...base.services, one],
    deployments: [...base.deployments, deployment('echo', 'app', { template: { labels }, replicas })],
    pods: [...base.pods, ...pods],
    endpointSlices: [
      { meta: meta('echo-1', 'app'), service: 'echo', addressType: 'IPv4', ports: [], endpoints: [] },
    ],
  };
}

const lost = symptom({
  kind: 'service-endpoints',
  key: 'no-endpoints:app/echo',
  scope: { type: 'service', namespace: 'app', name: 'echo' },
  affected: { nodes: [], namespaces: ['app'], objects: [] },
});

function top(one: Situation) {
  const [cause] = diagnose(one).causes;
  if (cause === undefined) throw new Error('no cause');
  const remedy = remedyFor(one, cause);
  const escalation = remedy?.type === 'escalate' ? Escalation.parse(remedy.escalation) : null;
  return { cause, escalation };
}

describe('a Service without endpoints', () => {
  it('by its selector: who changed it, what it misses, and the command that puts it back', () => {
    const { cause, escalation } = top(
      situation({ facts: facts(wrongSelector, [echo('echo-1'), echo('echo-2')]), symptoms: [lost] }),
    );
    expect(cause).toMatchObject({ id: 'service-no-endpoints', confidence: 'high' });
    expect(cause.summary).toBe(
      'Service app/echo has no endpoints: its selector app=ech0,tier=back matches no pod; 2 ready pods have app=echo instead of ech0 (selector changed 20 s before by kubectl-patch).',
    );
    expect(escalation?.options[0]).toContain(
      `kubectl -n app patch service echo --type=merge -p '{"spec":{"selector":{"app":"echo"}}}'`,
    );
  });

  it('by pods that fail: what ails them, and how to go back a release', () => {
    const { cause, escalation } = top(
      situation({ facts: facts(right, [echo('echo-1', crashing('echo'))]), symptoms: [lost] }),
    );
    expect(cause).toMatchObject({ id: 'service-no-endpoints', confidence: 'medium' });
    expect(cause.summary).toContain('its only pod is not ready: CrashLoopBackOff, 4 restarts');
    expect(escalation?.options.join('\n')).toContain('rollout undo deployment/echo ');
  });

  it('by pods whose probe fails since they were changed: what it says, and who changed what', () => {
    const one = facts(right, [echo('echo-1', { ready: false })]);
    const written = {
      manager: 'kubectl-patch',
      operation: 'Update',
      atMs: T0 - 40_000,
      fields: ['spec.template.spec.containers'],
    };
    const deployments = one.deployments.map((each) =>
      each.meta.name === 'echo' ? { ...each, meta: { ...each.meta, writes: [written] } } : each,
    );
    const events = [
      event('Unhealthy', 'Readiness probe failed: dial tcp 10.244.1.9:9999: connect: connection refused', {
        kind: 'Pod',
        namespace: 'app',
        name: 'echo-1',
      }),
    ];
    const { cause } = top(situation({ facts: { ...one, deployments, events }, symptoms: [lost] }));
    expect(cause).toMatchObject({ id: 'service-no-endpoints', confidence: 'high' });
    expect(cause.for.map(({ text }) => text).join('\n')).toContain(
      '10.244.1.9:9999: connect: connection refused',
    );
    expect(cause.for.map(({ text }) => text)).toContain(
      'Deployment app/echo was changed 40 s before by kubectl-patch',
    );
  });

  it('by pods that nothing makes', () => {
    const { cause } = top(situation({ facts: facts(right, []), symptoms: [lost] }));
    expect(cause.summary).toBe('Service app/echo has no endpoints: echo wants pods and has none.');
  });

  it('scaled to zero, or not among what the incident is about, is not named', () => {
    const ids = (one: Situation) => diagnose(one).causes.map(({ id }) => id);
    expect(ids(situation({ facts: facts(right, [], 0), symptoms: [lost] }))).toEqual(['other']);
    const elsewhere = symptom({ scope: { type: 'nodes', nodes: ['node1'] } });
    expect(ids(situation({ facts: facts(wrongSelector, [echo('echo-1')]), symptoms: [elsewhere] }))).toEqual([
      'other',
    ]);
  });
});
