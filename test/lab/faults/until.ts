const pauseMs = 700;

/** Waits until something holds; a look that throws counts as not yet. Rejects with what was seen last. */
export async function until(what: string, timeoutMs: number, holds: () => Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    let seen = '';
    try {
      if (await holds()) return;
    } catch (error) {
      seen = ` (${error instanceof Error ? error.message : String(error)})`;
    }
    if (performance.now() > deadlineMs) {
      throw new Error(`not within ${Math.round(timeoutMs / 1000)} s: ${what}${seen}`);
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
