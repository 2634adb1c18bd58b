import { describe, expect, it } from 'vitest';
import { Hopeless, waitFor } from './waiting.ts';

const often = { everyMs: 1 };

describe('waitFor', () => {
  it('takes a look that throws for "not yet", and says in the end what was seen last', async () => {
    let looks = 0;
    const seen = await waitFor('it', 5000, () => Promise.resolve((looks += 1) > 2 ? looks : null), often);
    expect(seen).toBe(3);
    const failing = (): Promise<true> => Promise.reject(new Error('the API is away'));
    await expect(waitFor('it', 3, failing, often)).rejects.toThrow('it (the API is away)');
  });

  it('does not wait for what cannot come any more', async () => {
    const over = (): Promise<true> => Promise.reject(new Hopeless('people are asked'));
    await expect(waitFor('it', 60_000, over, often)).rejects.toThrow('people are asked');
  });

  it('ends at once when the run is interrupted', async () => {
    const interrupted = new AbortController();
    const waiting = waitFor('it', 60_000, () => Promise.resolve(null), {
      everyMs: 60_000,
      signal: interrupted.signal,
    });
    interrupted.abort(new Error('interrupted'));
    await expect(waiting).rejects.toThrow('interrupted');
  });
});
