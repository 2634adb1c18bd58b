import type { StoryEntry } from './story.ts';
import { entryText } from './story-text.ts';

/** Keeps what happened and tells it a moment later, so that what is learned in different ways comes in its order. */
export interface Recorder {
  tell(who: StoryEntry['who'], lines: readonly string[], atMs?: number): void;
  /** From now on times are counted from the fault. */
  faultAt(atMs: number): void;
  /** In order of time. */
  entries(): readonly StoryEntry[];
  /** Tells what is left. */
  close(): void;
}

/** Longer than it takes to learn of something. */
const holdMs = 800;

export function createRecorder(print: (text: string) => void): Recorder {
  const told: StoryEntry[] = [];
  let held: StoryEntry[] = [];
  let faultAtMs: number | null = null;

  function release(untilMs: number): void {
    const due = held.filter(({ atMs }) => atMs <= untilMs).toSorted((a, b) => a.atMs - b.atMs);
    held = held.filter(({ atMs }) => atMs > untilMs);
    for (const entry of due) {
      told.push(entry);
      print(entryText(entry, faultAtMs));
    }
  }

  const timer = setInterval(() => release(Date.now() - holdMs), 200);
  return {
    tell: (who, lines, atMs = Date.now()) => void held.push({ atMs, who, lines }),
    faultAt(atMs) {
      faultAtMs = atMs;
    },
    entries: () => told.toSorted((a, b) => a.atMs - b.atMs),
    close() {
      clearInterval(timer);
      release(Number.POSITIVE_INFINITY);
    },
  };
}
