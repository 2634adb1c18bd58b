import { expect, test } from 'vitest';
import type { ActionRequest } from '../domain/action.ts';
import type { ClusterFacts } from '../facts/cluster-facts.ts';
import type { Meta } from '../facts/records.ts';
import { planSteps } from './catalogue.ts';
import { changeAtSource } from './change-at-source.ts';
import { labFacts, rawDaemonSet, rawDeployment, withField } from './lab-objects.fixture.ts';

const PLAN = 'plan-0123456789abcdef';
const flannel = { kind: 'DaemonSet', namespace: 'kube-flannel', name: 'kube-flannel-ds' } as const;
const coredns = { kind: 'Deployment', namespace: 'kube-system', name: 'coredns' } as const;
const removeNet: ActionRequest = {
  type: 'patch-daemonset-node-selector',
  target: flannel,
  params: { removeKeys: ['net'] },
};
const selecting = withField(rawDaemonSet(), '/spec/template/spec/nodeSelector', { net: 'on' });

function managedBy(managed: Meta['managedBy']): ClusterFacts {
  const facts = labFacts();
  return {
    ...facts,
    daemonSets: facts.daemonSets.map((at) => ({ ...at, meta: { ...at.meta, managedBy: managed } })),
  };
}

const helm = managedBy({ by: 'helm', detail: 'Helm release flannel' });

test('the change of an object that somebody else manages is refused, and shown as it would be on a card', () => {
  const refused = planSteps([removeNet], [selecting], helm, PLAN);
  expect(refused).toMatchObject({ ok: false, reason: 'managed-elsewhere' });
  const own = planSteps([removeNet], [selecting], labFacts(), PLAN);
  const step = own.ok ? own.steps[0] : undefined;
  expect(changeAtSource([removeNet], [selecting], helm, PLAN)).toEqual({
    changes: [
      {
        title: step?.title,
        diff: step?.diff,
        byHand: step?.byHand,
        where:
          'DaemonSet kube-flannel/kube-flannel-ds is managed by Helm release flannel: change the values of the release and upgrade it',
      },
    ],
    owned:
      'DaemonSet kube-flannel/kube-flannel-ds is managed by Helm release flannel, which would put a change here back.',
    options: [
      'Change the values of the release and upgrade it (Helm release flannel): the change lasts.',
      expect.stringMatching(
        /^If it cannot wait, .* until the next upgrade of the release puts the old state back\.$/,
      ),
    ],
  });
});

test.each([
  ['argo', 'switch off the application’s automatic sync'],
  ['flux', 'suspend its reconciliation first'],
  ['operator', 'pausing the operator'],
  ['addon-manager', 'at its next look'],
  ['cloud-provider', 'next update of the add-on'],
] as const)('%s: what becomes of a change by hand is told', (by, consequence) => {
  const shown = changeAtSource([removeNet], [selecting], managedBy({ by, detail: 'the owner' }), PLAN);
  expect(shown?.options[1]).toContain(consequence);
});

test('steps on objects that nobody manages are made by hand after it', () => {
  const restart: ActionRequest = { type: 'restart-deployment', target: coredns, params: {} };
  const shown = changeAtSource([removeNet, restart], [selecting, rawDeployment()], helm, PLAN);
  expect(shown?.changes.map(({ where }) => where === null)).toEqual([false, true]);
});

test('nothing is shown of a change that could not be made anyway, or that nobody else owns', () => {
  expect(
    changeAtSource([{ ...removeNet, params: { removeKeys: ['none'] } }], [selecting], helm, PLAN),
  ).toBeNull();
  expect(changeAtSource([removeNet], [selecting], labFacts(), PLAN)).toBeNull();
});
