import { describe, expect, it } from 'vitest';
import type { Lab } from '../lab.ts';
import { measuring } from './measuring.ts';

const pod = {
  metadata: { namespace: 'app', name: 'one', uid: 'u1' },
  spec: { nodeName: 'node2' },
  status: { phase: 'Running', podIP: '198.18.65.3', containerStatuses: [{ ready: true }] },
};

/** A lab whose pods are these, and in which every probe prints (or rejects with) that. */
function labThat(pods: readonly unknown[], probe: string | Error): Lab {
  return {
    kubectl: () => Promise.resolve(JSON.stringify({ items: pods })),
    on: () => (probe instanceof Error ? Promise.reject(probe) : Promise.resolve(probe)),
  } as unknown as Lab;
}

const answered = (ok: number): string => JSON.stringify({ sent: 3, ok, max_ms: 2, errors: [] });

async function pathIn(lab: Lab): Promise<string> {
  const measure = measuring(lab);
  await measure.podToPod('node2', 'node3');
  return measure.result().state;
}

describe('a measurement', () => {
  it('is healthy when every attempt was answered, faulty when one was not', async () => {
    expect(await pathIn(labThat([pod], answered(3)))).toBe('healthy');
    expect(await pathIn(labThat([pod], answered(2)))).toBe('faulty');
    expect(await pathIn(labThat([pod], answered(0)))).toBe('faulty');
  });

  it('says nothing of a path that could not be looked at', async () => {
    expect(await pathIn(labThat([], answered(0)))).toBe('unmeasured');
    expect(await pathIn(labThat([pod], new Error('nsenter: timed out')))).toBe('unmeasured');
    expect(await pathIn(labThat([pod], 'no process of the client pod\n'))).toBe('unmeasured');
    expect(await pathIn({ kubectl: () => Promise.reject(new Error('refused')) } as unknown as Lab)).toBe(
      'unmeasured',
    );
  });

  it('is faulty when something is broken, whatever else could not be looked at', async () => {
    const measure = measuring(labThat([], answered(0)));
    await measure.podToPod('node2', 'node3');
    await measure.look('node2', () => Promise.resolve({ healthy: true, seen: 'Ready' }));
    expect(measure.result().state).toBe('unmeasured');
    await measure.look('node3', () => Promise.resolve({ healthy: false, seen: 'NotReady' }));
    expect(measure.result()).toMatchObject({ state: 'faulty', lines: { length: 3 } });
  });

  it('of nothing at all is none', () => {
    expect(measuring(labThat([], '')).result().state).toBe('unmeasured');
  });
});
