import { expect, test } from 'vitest';
import { daemonSet, pod, service } from '../facts/record-builders.fixture.ts';
import { cluster, network } from '../runbooks/situation.fixture.ts';
import { ana, corefilePlan, createStory } from './incident-story.fixture.ts';
import { closingSummary } from './closing-summary.ts';
import { judgePass } from './judge-pass.ts';
import { verificationScope } from './verification-scope.ts';

const pathId = 'dns|dns-udp|node1/pod|dns-vip/10.96.0.10';
const good = { nonce: 'n', paths: [{ pathId, sent: 10, ok: 10, failures: [] }], missing: [] };

test('a pass in which every probe came back is good, one without any probe is not', () => {
  const incident = createStory().incident();
  expect(judgePass(incident, good, network(), cluster())).toMatchObject({ ok: true, probes: 10 });
  const nothing = { nonce: 'n', paths: [], missing: [] };
  expect(judgePass(incident, nothing, network(), cluster())).toMatchObject({ ok: false, paths: 0 });
});

test('a roll-out of the plan that did not settle in time has to be done by the time of the pass', () => {
  const target = { kind: 'DaemonSet' as const, namespace: 'kube-flannel', name: 'kube-flannel-ds' };
  const steps = corefilePlan.steps.map((step) => ({
    ...step,
    settle: { type: 'rollout' as const, target, timeoutMs: 180_000 },
  }));
  const proposalId = corefilePlan.id;
  const incident = createStory()
    .tell({ type: 'proposed', proposal: { ...corefilePlan, steps } })
    .tell({ type: 'decided', proposalId, decision: 'approved', approval: 'c'.repeat(64) }, ana)
    .tell({ type: 'execution-requested', proposalId })
    .tell({ type: 'step-ended', proposalId, step: 0, outcome: { result: 'applied', detail: '' } })
    .tell({ type: 'step-settled', proposalId, step: 0, settled: false, detail: 'late' })
    .tell({ type: 'execution-ended', proposalId, result: 'unknown', detail: 'late' })
    .incident();
  const rolled = (updated: number) =>
    cluster({}, daemonSet('kube-flannel-ds', 'kube-flannel', { desired: 3, ready: 3, updated }));
  expect(judgePass(incident, good, network(), rolled(1))).toMatchObject({
    ok: false,
    problems: ['DaemonSet kube-flannel/kube-flannel-ds is not rolled out: 1 of 3 pods'],
  });
  expect(judgePass(incident, good, network(), rolled(3)).ok).toBe(true);
});

test('one stray probe in hundreds does not fail a pass over a fault that lost everything; more of them, or on a partial loss, do', () => {
  const incident = createStory().incident();
  const paths = (losses: readonly number[], count = 50) =>
    Array.from({ length: count }, (_, i) => ({
      pathId: `${pathId}-${i}`,
      sent: 10,
      ok: 10 - (losses[i] ?? 0),
      failures: [],
    }));
  const judge = (of: typeof incident, losses: readonly number[]) =>
    judgePass(of, { nonce: 'n', paths: paths(losses), missing: [] }, network(), cluster()).ok;
  expect(judge(incident, [1, 1])).toBe(true);
  expect(judge(incident, [2])).toBe(false);
  expect(judge(incident, [1, 1, 1, 1, 1, 1])).toBe(false);
  const partial = { ...incident, symptoms: incident.symptoms.map((s) => ({ ...s, lossRate: 0.2 })) };
  expect(judge(partial, [1])).toBe(false);
});

test('a path that never answered is no stray loss, however few probes it sent', () => {
  const paths = Array.from({ length: 20 }, (_, i) => ({
    pathId: `${pathId}-${i}`,
    sent: 10,
    ok: 10,
    failures: [],
  }));
  const mute = { pathId: `${pathId}-mute`, sent: 1, ok: 0, failures: [] };
  const result = judgePass(
    createStory().incident(),
    { nonce: 'n', paths: [...paths, mute], missing: [] },
    network(),
    cluster(),
  );
  expect(result.ok).toBe(false);
});

test('a pass over a node whose agent is gone is no check of that node; one over a node that left the cluster is', () => {
  const dead = ['pod|tcp|node2/pod|node1/pod', 'pod|tcp|node1/pod|node2/pod'];
  const incident = createStory().incident();
  const about = { ...incident, symptoms: incident.symptoms.map((s) => ({ ...s, pathIds: dead })) };
  const seen = network();
  const blind = {
    ...seen,
    paths: seen.paths.filter(({ path }) => !path.id.includes('node2/pod')),
  };
  const scope = verificationScope(about, blind);
  const paths = scope.pathIds.map((id) => ({ pathId: id, sent: 10, ok: 10, failures: [] }));
  const outcome = { nonce: 'n', paths, missing: [] };
  expect(judgePass(about, outcome, blind, cluster())).toMatchObject({
    ok: false,
    problems: [
      'pod paths from node2/pod: no data, nothing tests them',
      'pod paths to node2/pod: no data, nothing tests them',
    ],
  });
  const left = { ...blind, judged: { ...blind.judged, nodes: ['node1', 'node3'] } };
  expect(judgePass(about, outcome, left, cluster())).toMatchObject({ ok: true, problems: [] });
  expect(closingSummary(about, 'healed', left.judged)).toMatch(/Not checked: node2 is no longer under test/);
});

test('a pass asks for a path from and to every end that failed, however many others there are', () => {
  const story = createStory().incident();
  const nodes = Array.from({ length: 90 }, (_, i) => `n${i}`);
  const pathIds = nodes.flatMap((from) => [`pod|tcp|${from}/pod|old/pod`]);
  const [template] = network().paths;
  if (template === undefined) throw new Error('a network has paths');
  const present = nodes.flatMap((from, at) =>
    [1, 2, 3, 4, 5].map((step) => {
      const id = `pod|tcp|${from}/pod|${nodes[(at + step) % nodes.length] ?? ''}/pod`;
      return { ...template, path: { ...template.path, id } };
    }),
  );
  const seen = { ...network(), judged: { nodes, namespaces: null }, paths: present };
  const symptoms = story.symptoms.map((s) => ({ ...s, pathIds, affected: { ...s.affected, nodes: ['n0'] } }));
  const { pathIds: asked } = verificationScope({ ...story, symptoms }, seen);
  expect(asked).toHaveLength(300);
  expect(new Set(asked.map((id) => id.split('|')[2]))).toEqual(new Set(nodes.map((n) => `${n}/pod`)));
});

test('a Service that still has no endpoints fails a pass also where nobody remembers that it had some', () => {
  const web = service('web', 'shop', { selector: { app: 'web' } });
  const object = { kind: 'Service' as const, namespace: 'shop', name: 'web', uid: web.meta.uid };
  const incident = createStory().incident();
  const symptoms = incident.symptoms.map((s) => ({
    ...s,
    key: 'no-endpoints:shop/web',
    affected: { ...s.affected, objects: [object] },
  }));
  const facts = (ready: boolean) => {
    const pods = [{ ...pod('web-1', 'shop', { meta: { labels: { app: 'web' } } }), ready }];
    const known = cluster();
    return { ...known, services: [...known.services, web], pods: [...known.pods, ...pods] };
  };
  const judge = (ready: boolean) => judgePass({ ...incident, symptoms }, good, network(), facts(ready));
  expect(judge(false)).toMatchObject({
    ok: false,
    problems: [expect.stringMatching(/^Service shop\/web has no endpoints/)],
  });
  expect(judge(true).problems).toEqual([]);
});
