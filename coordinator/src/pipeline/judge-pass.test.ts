import { expect, test } from 'vitest';
import { daemonSet } from '../facts/record-builders.fixture.ts';
import { cluster, network } from '../runbooks/situation.fixture.ts';
import { ana, corefilePlan, createStory } from './incident-story.fixture.ts';
import { judgePass } from './judge-pass.ts';

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
