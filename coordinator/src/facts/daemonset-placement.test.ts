import { describe, expect, it } from 'vitest';
import { formatObstacle, shouldRunOn } from './daemonset-placement.ts';
import { daemonSet, node } from './record-builders.fixture.ts';

const bare = daemonSet('agent', 'net');
const taint = (key: string, effect: string, value = '') => ({ key, value, effect });

describe('where a DaemonSet runs', () => {
  it('runs on a plain node, and on a cordoned one', () => {
    expect(shouldRunOn(bare, node('a'))).toEqual({ runs: 'yes' });
    const cordoned = node('a', {
      unschedulable: true,
      taints: [taint('node.kubernetes.io/unschedulable', 'NoSchedule')],
    });
    expect(shouldRunOn(bare, cordoned)).toEqual({ runs: 'yes' });
  });

  it('names each selector key that the node fails, and only those', () => {
    const selecting = daemonSet('agent', 'net', {
      template: { nodeSelector: { 'kubernetes.io/os': 'linux', net: 'on', pool: 'x' } },
    });
    const result = shouldRunOn(selecting, node('a', { labels: { pool: 'y' } }));
    expect(result).toEqual({
      runs: 'no',
      obstacles: [
        { reason: 'node-selector', key: 'net', wants: 'on', has: null },
        { reason: 'node-selector', key: 'pool', wants: 'x', has: 'y' },
      ],
    });
  });

  it('tolerates network-unavailable by itself only on the host network', () => {
    const fresh = node('a', { taints: [taint('node.kubernetes.io/network-unavailable', 'NoSchedule')] });
    expect(shouldRunOn(bare, fresh).runs).toBe('yes');
    expect(shouldRunOn(daemonSet('agent', 'net', { template: { hostNetwork: false } }), fresh).runs).toBe(
      'no',
    );
  });

  it('does not tolerate not-ready:NoSchedule by itself, as a new node has it', () => {
    const result = shouldRunOn(
      bare,
      node('a', { taints: [taint('node.kubernetes.io/not-ready', 'NoSchedule')] }),
    );
    expect(result).toMatchObject({ runs: 'no', obstacles: [{ reason: 'taint' }] });
  });

  it('reads tolerations as the API does: effect, operator, keyless Exists, PreferNoSchedule', () => {
    const tainted = node('a', {
      taints: [
        taint('gpu', 'NoSchedule', 'yes'),
        taint('x', 'PreferNoSchedule'),
        taint('drain', 'NoExecute'),
      ],
    });
    const runs = (tolerations: object[]) =>
      shouldRunOn(daemonSet('d', 'n', { template: { tolerations } }), tainted).runs;
    expect(runs([])).toBe('no');
    expect(runs([{ operator: 'Exists' }])).toBe('yes');
    expect(runs([{ operator: 'Exists', effect: 'NoSchedule' }])).toBe('no');
    expect(
      runs([
        { key: 'gpu', value: 'yes' },
        { key: 'drain', operator: 'Exists' },
      ]),
    ).toBe('yes');
    expect(
      runs([
        { key: 'gpu', value: 'no' },
        { key: 'drain', operator: 'Exists' },
      ]),
    ).toBe('no');
  });

  it('ORs affinity terms, ANDs requirements, and an empty term selects nothing', () => {
    const with_ = (terms: object[]) =>
      daemonSet('d', 'n', {
        template: { requiredNodeAffinity: { nodeSelectorTerms: JSON.parse(JSON.stringify(terms)) } },
      });
    const here = node('a', { labels: { disk: 'ssd', cores: '8' } });
    const ssd = { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] };
    const many = { matchExpressions: [{ key: 'cores', operator: 'Gt', values: ['16'] }] };
    expect(shouldRunOn(with_([many, ssd]), here).runs).toBe('yes');
    expect(
      shouldRunOn(with_([{ matchExpressions: [...ssd.matchExpressions, ...many.matchExpressions] }]), here),
    ).toEqual({
      runs: 'no',
      obstacles: [{ reason: 'affinity', failed: [{ key: 'cores', text: 'cores Gt [16]' }] }],
    });
    expect(shouldRunOn(with_([{}]), here).runs).toBe('no');
    expect(
      shouldRunOn(with_([{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a'] }] }]), here)
        .runs,
    ).toBe('yes');
    expect(
      shouldRunOn(with_([{ matchExpressions: [{ key: 'disk', operator: 'Near', values: [] }] }]), here).runs,
    ).toBe('unknown');
  });

  it('says an obstacle in words', () => {
    expect(formatObstacle({ reason: 'node-selector', key: 'net', wants: 'on', has: null })).toBe(
      'nodeSelector net=on, the node has no label net',
    );
    expect(formatObstacle({ reason: 'taint', taint: taint('gpu', 'NoSchedule', 'yes') })).toBe(
      'taint gpu=yes:NoSchedule is not tolerated',
    );
  });
});
