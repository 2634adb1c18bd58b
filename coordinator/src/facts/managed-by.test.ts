import { describe, expect, it } from 'vitest';
import { managedByOf } from './managed-by.ts';

const marks = { labels: {}, annotations: {}, owners: [], managers: [] };

describe('who would put a change back', () => {
  it.each([
    [{ annotations: { 'meta.helm.sh/release-name': 'cni' } }, 'helm'],
    [
      {
        annotations: { 'meta.helm.sh/release-name': 'cni' },
        labels: { 'helm.toolkit.fluxcd.io/name': 'cni' },
      },
      'flux',
    ],
    [{ annotations: { 'argocd.argoproj.io/tracking-id': 'app:x' } }, 'argo'],
    [{ labels: { 'addonmanager.kubernetes.io/mode': 'Reconcile' } }, 'addon-manager'],
    [{ annotations: { 'objectset.rio.cattle.io/id': '' } }, 'addon-manager'],
    [{ managers: ['eks', 'kubectl'] }, 'cloud-provider'],
    [
      {
        owners: [
          { apiVersion: 'operator.tigera.io/v1', kind: 'Installation', name: 'default', controller: true },
        ],
      },
      'operator',
    ],
  ])('%o: %s', (over, by) => {
    expect(managedByOf({ ...marks, ...over })?.by).toBe(by);
  });

  it('is nobody for plain objects, workload parts, and add-ons that only have to exist', () => {
    expect(managedByOf(marks)).toBeNull();
    expect(
      managedByOf({
        ...marks,
        owners: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'x', controller: true }],
      }),
    ).toBeNull();
    expect(
      managedByOf({ ...marks, labels: { 'addonmanager.kubernetes.io/mode': 'EnsureExists' } }),
    ).toBeNull();
    expect(managedByOf({ ...marks, managers: ['kubectl-client-side-apply'] })).toBeNull();
  });
});
