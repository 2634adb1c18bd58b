import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Lab } from '../lab.ts';
import type { Fault, Measurement } from './fault.ts';
import { proofExitCode, proveFaults } from './prove-faults.ts';

const lab = { name: 'none', network: 'vxlan', nodes: () => Promise.resolve(['node1', 'node2']) } as Lab;
const nodes = { node: 'node1', peer: 'node2' };

/** A fault that shows as long as it is in place, but for what is overridden. */
function faultThat(overrides: Partial<Fault> & { calls?: string[] } = {}): Fault {
  const { calls = [], ...rest } = overrides;
  let state: Measurement['state'] = 'healthy';
  return {
    name: 'made-up',
    about: 'Something is done. Something is seen.',
    cause: 'other',
    symptoms: ['paths-failing'],
    async inject() {
      calls.push('inject');
      state = 'faulty';
    },
    async heal() {
      calls.push('heal');
      state = 'healthy';
    },
    measure: () => Promise.resolve({ state, lines: [state] }),
    ...rest,
  };
}

async function prove(...known: Fault[]) {
  const proving = proveFaults(lab, [], nodes, () => {}, { known });
  await vi.runAllTimersAsync();
  return proving;
}

describe('proving faults', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('takes a fault that shows and goes for proven', async () => {
    const calls: string[] = [];
    const proofs = await prove(faultThat({ calls }));
    expect(proofs).toMatchObject([{ fault: 'made-up', outcome: 'proven' }]);
    expect(calls).toEqual(['inject', 'heal']);
    expect(proofExitCode(proofs)).toBe(0);
  });

  it('fails one that does not show, that heals nothing, or that rejects, and heals all the same', async () => {
    const calls: string[] = [];
    const healthy = (): Promise<Measurement> => Promise.resolve({ state: 'healthy', lines: [] });
    const proofs = await prove(
      faultThat({ calls, name: 'unseen', measure: healthy }),
      faultThat({ name: 'stays', heal: () => Promise.resolve() }),
      faultThat({ calls, name: 'rejects', inject: () => Promise.reject(new Error('no nft')) }),
    );
    expect(proofs.map((p) => [p.fault, p.outcome === 'failed' ? p.stage : p.outcome])).toEqual([
      ['unseen', 'faulty'],
      ['stays', 'healthy after'],
      ['rejects', 'inject'],
    ]);
    expect(calls).toEqual(['inject', 'heal', 'heal']);
    expect(proofExitCode(proofs)).toBe(1);
  });

  it('injects nothing where it is not healthy before, or where nothing can be measured', async () => {
    const calls: string[] = [];
    const unmeasured = (): Promise<Measurement> => Promise.resolve({ state: 'unmeasured', lines: [] });
    expect(await prove(faultThat({ calls, measure: unmeasured }))).toMatchObject([
      { outcome: 'failed', stage: 'healthy before' },
    ]);
    expect(calls).toEqual([]);
  });

  it('skips what does not exist there; nothing proven is no success', async () => {
    const proofs = await prove(
      faultThat({ networks: ['routed'] }),
      faultThat({ name: 'ends-the-cluster', nodes: 'workers' }),
    );
    expect(proofs.map((p) => p.outcome)).toEqual(['skipped', 'skipped']);
    expect(proofExitCode(proofs)).toBe(1);
  });
});
