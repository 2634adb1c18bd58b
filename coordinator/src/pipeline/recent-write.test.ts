import { createVirtualClock } from '@pathmedic/shared/runtime/virtual-clock.ts';
import { describe, expect, test } from 'vitest';
import { planSteps } from '../actions/catalogue.ts';
import { labFacts, rawDaemonSet, rawPod, uidOf, withField } from '../actions/lab-objects.fixture.ts';
import type { RawObject } from '../domain/raw-object.ts';
import { daemonSet, node, podOf } from '../facts/record-builders.fixture.ts';
import { cluster, dnsPods, network, symptom } from '../runbooks/situation.fixture.ts';
import { diagnose } from '../runbooks/diagnose.ts';
import { applyStep } from './apply-step.ts';
import { fieldManagerOf } from './field-manager.ts';
import { corefilePlan, createStory, startMs, untilExecuted } from './incident-story.fixture.ts';
import { propose } from './propose.ts';
import { recentPlanWrite, recentStoryWrite, recentWriteSentence } from './recent-write.ts';
import { defaultPipelineSettings } from './settings.ts';

const minute = 60_000;
const nowMs = startMs + 60 * minute;
const selecting = () => withField(rawDaemonSet(), '/spec/template/spec/nodeSelector', { net: 'on' });

/** The object with writes of these managers so many minutes ago beside those that it was captured with. */
function writtenBy(object: RawObject, ...writes: [manager: string, minutesAgo: number][]): RawObject {
  const entries = writes.map(([manager, ago]) => ({
    manager,
    operation: 'Update',
    time: new Date(nowMs - ago * minute).toISOString(),
    fieldsV1: { 'f:metadata': {} },
  }));
  return withField(object, '/metadata/managedFields', entries);
}

const ref = { kind: 'DaemonSet' } as const;
const own = fieldManagerOf('own');
const other = fieldManagerOf('other');

describe('a write of another plan', () => {
  test('counts for ten minutes, and whoever else writes does not', () => {
    const recent = (...writes: [string, number][]) =>
      recentPlanWrite(writtenBy(selecting(), ...writes), ref, own, nowMs)?.atMs ?? null;
    expect(recent([other, 9.9])).toBe(nowMs - 9.9 * minute);
    expect(recent([other, 10])).toBeNull();
    expect(recent([own, 1], ['kubectl-edit', 1])).toBeNull();
    expect(recent([own, 1], [fieldManagerOf('a'), 8], [fieldManagerOf('b'), 3])).toBe(nowMs - 3 * minute);
    expect(recentPlanWrite(rawDaemonSet(), ref, own, nowMs)).toBeNull();
  });

  test('is recent, not old, by a clock that is ahead', () => {
    expect(recentPlanWrite(writtenBy(selecting(), [other, -3]), ref, own, nowMs)).not.toBeNull();
  });

  test('does not keep a pod from being replaced', () => {
    expect(recentPlanWrite(writtenBy(rawPod(), [other, 1]), { kind: 'Pod' }, own, nowMs)).toBeNull();
  });
});

describe("the incident's own story", () => {
  const target = { kind: 'ConfigMap', namespace: 'kube-system', name: 'coredns', uid: 'u1' } as const;
  const writtenAtMs = startMs + 60_000;

  test('remembers what was written, also after it was closed and opened again', () => {
    const story = untilExecuted()
      .at(200)
      .tell({ type: 'closed', how: 'fixed', summary: 's', auditHead: 'd'.repeat(64) })
      .at(300)
      .tell({ type: 'reopened', symptoms: createStory().incident().symptoms });
    const incident = story.incident();
    expect(recentStoryWrite(incident, target, writtenAtMs + 9 * minute)).toEqual({
      atMs: writtenAtMs,
      undoneBy: null,
    });
    expect(recentStoryWrite(incident, target, writtenAtMs + 10 * minute)).toBeNull();
    expect(recentStoryWrite(incident, { ...target, kind: 'Deployment' }, writtenAtMs + minute)).toBeNull();
  });

  test('knows who undid it, and counts from then', () => {
    const told = {
      type: 'reverted',
      proposalId: corefilePlan.id,
      step: 0,
      by: 'helm',
      atMs: writtenAtMs + 8 * minute,
    } as const;
    const incident = untilExecuted().at(600).tell(told).incident();
    const write = recentStoryWrite(incident, target, writtenAtMs + 12 * minute);
    expect(write).toEqual({ atMs: writtenAtMs, undoneBy: 'helm' });
    expect(write && recentWriteSentence(target, write, writtenAtMs + 12 * minute)).toBe(
      'ConfigMap kube-system/coredns was changed by pathmedic 12 min ago, and helm has changed it since: make the change at its source instead.',
    );
    expect(recentStoryWrite(incident, target, writtenAtMs + 18 * minute)).toBeNull();
  });

  test('holds no write that was refused', () => {
    const story = untilExecuted();
    const refused = createStory();
    for (const { body } of story.events.slice(1)) {
      const outcome = { result: 'refused', reason: 'changed', detail: 'd' } as const;
      refused.tell(body.type === 'step-ended' ? { ...body, outcome } : body);
    }
    expect(recentStoryWrite(refused.incident(), target, writtenAtMs)).toBeNull();
  });

  test('is told with its time', () => {
    expect(recentWriteSentence(target, { atMs: nowMs - 4 * minute, undoneBy: null }, nowMs)).toBe(
      'ConfigMap kube-system/coredns was changed by pathmedic 4 min ago and is broken again: a second change would not help.',
    );
  });
});

describe('a plan', () => {
  const agent = daemonSet('kube-flannel-ds', 'kube-flannel', {
    meta: { uid: uidOf(rawDaemonSet()) },
    template: { nodeSelector: { net: 'on' } },
  });
  const labels = { net: 'on' };
  const situation = {
    facts: cluster(
      {
        nodes: [node('node1', { labels }), node('node2'), node('node3', { labels })],
        pods: [podOf(agent, 'node1'), podOf(agent, 'node3'), ...dnsPods()],
      },
      agent,
    ),
    network: network({ pod: (from, to) => from === 'node2' || to === 'node2' }),
    symptoms: [
      symptom({
        scope: { type: 'nodes', nodes: ['node2'] },
        affected: { nodes: ['node2'], namespaces: [], objects: [] },
      }),
    ],
  };
  const incident = createStory()
    .tell({ type: 'triaged', lines: ['x'], unknown: [] })
    .tell({ type: 'diagnosed', diagnosis: diagnose(situation) })
    .incident();

  async function proposeOn(object: RawObject) {
    const deps = {
      cluster: { read: async () => ({ ok: true as const, object }) },
      settings: { ...defaultPipelineSettings, mode: 'remediate' as const },
      newId: () => 'plan-0000000000000001',
      approvalKey: 'a',
    };
    return propose(deps, incident, situation, nowMs);
  }

  test('is not proposed for what a plan has just written; people are asked instead', async () => {
    expect(await proposeOn(selecting())).toMatchObject({ type: 'drafted' });
    expect(await proposeOn(writtenBy(selecting(), [other, 5]))).toMatchObject({
      type: 'help-requested',
      reason:
        'DaemonSet kube-flannel/kube-flannel-ds was changed by pathmedic 5 min ago and is broken again: a second change would not help.',
    });
  });

  test('is refused at its step when another plan wrote the target in between, and nothing is sent', async () => {
    const planned = planSteps(
      [
        {
          type: 'patch-daemonset-node-selector',
          target: { kind: 'DaemonSet', namespace: 'kube-flannel', name: 'kube-flannel-ds' },
          params: { removeKeys: ['net'] },
        },
      ],
      [selecting()],
      labFacts(),
      corefilePlan.id,
    );
    const step = planned.ok ? planned.steps[0] : undefined;
    if (step === undefined) throw new Error('not planned');
    const approved = step;
    async function apply(manager: string) {
      const sent: string[] = [];
      const deps = {
        clock: createVirtualClock({ startMs: nowMs }),
        cluster: {
          read: async () => ({ ok: true as const, object: writtenBy(selecting(), [manager, 2]) }),
          async mutate() {
            sent.push('patch');
            return { ok: true as const, resourceVersion: '2', generation: 2 };
          },
        },
      };
      const result = await applyStep(deps, approved, own, async () => null, new AbortController().signal);
      return { result, sent };
    }
    expect(await apply(other)).toMatchObject({
      result: { result: 'refused', reason: 'rate-limited', detail: expect.stringContaining('2 min ago') },
      sent: [],
    });
    expect(await apply(own)).toMatchObject({ result: { result: 'applied' }, sent: ['patch'] });
  });
});
