/** Waits until `look` returns something; rejects with what was seen last. A look that throws counts as "not yet". */
export async function waitFor<T>(
  what: string,
  timeoutMs: number,
  look: () => Promise<T | null | undefined | false>,
  everyMs = 1000,
): Promise<T> {
  const deadlineMs = Date.now() + timeoutMs;
  let last: unknown = null;
  for (;;) {
    try {
      const seen = await look();
      if (seen !== null && seen !== undefined && seen !== false) return seen;
      last = seen;
    } catch (error) {
      last = error;
    }
    if (Date.now() >= deadlineMs) {
      const detail = last instanceof Error ? last.message : JSON.stringify(last);
      throw new Error(`not within ${Math.round(timeoutMs / 1000)} s: ${what} (${detail ?? 'nothing seen'})`);
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
