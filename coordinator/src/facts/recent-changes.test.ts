import { describe, expect, it } from 'vitest';
import { changedBefore, lastChange, lastChangeOf } from './recent-changes.ts';
import { meta, T0 } from './record-builders.fixture.ts';

const write = (manager: string, agoMs: number, ...fields: string[]) => ({
  manager,
  operation: 'Update',
  atMs: T0 - agoMs,
  fields,
});

describe('who changed what', () => {
  const object = meta('ds', 'net', {
    writes: [
      write('kube-controller-manager', 1000, 'metadata.annotations.x'),
      write('kubectl-edit', 31_000, 'spec.template.spec.nodeSelector.example.com/net'),
      write('helm', 86_400_000, 'spec.template.spec.containers[agent]'),
    ],
  });

  it('finds the write to a field, by its path segment, also in keyed lists', () => {
    expect(lastChangeOf(object, 'nodeSelector')).toEqual({ manager: 'kubectl-edit', atMs: T0 - 31_000 });
    expect(lastChangeOf(object, 'containers')?.manager).toBe('helm');
    expect(lastChangeOf(object, 'tolerations')).toBeNull();
  });

  it('leaves out the control plane’s own writes, and the creation', () => {
    expect(lastChange(object)?.manager).toBe('kubectl-edit');
    expect(
      lastChange(meta('new', 'net', { createdMs: T0 - 500, writes: [write('kubectl', 0, 'spec.x')] })),
    ).toBeNull();
  });

  it('says it relative to the trouble, and nothing when it does not fit in time', () => {
    const change = lastChangeOf(object, 'nodeSelector');
    expect(changedBefore(change, T0)).toBe('changed 31 s before by kubectl-edit');
    expect(changedBefore(change, T0 - 40_000)).toBe('changed 9 s after by kubectl-edit');
    expect(changedBefore(change, T0 - 31_400)).toBe('changed in the same second by kubectl-edit');
    expect(changedBefore(change, T0 - 30_400)).toBe('changed in the same second by kubectl-edit');
    expect(changedBefore(change, T0 - 200_000)).toBe('');
    expect(changedBefore(change, T0 + 90_000_000)).toBe('');
    expect(changedBefore(null, T0)).toBe('');
  });
});
