/** Items ordered by the time they are due: a binary heap, because a plan may hold 2000 probes. */
export interface DueQueue<T> {
  push(dueMs: number, item: T): void;
  /** The earliest item, taken out, if it is due at `nowMs`. */
  popDue(nowMs: number): { dueMs: number; item: T } | null;
  /** When the earliest item is due, or null when empty. */
  nextDueMs(): number | null;
  /** Takes out every item for which `keep` is false. */
  retain(keep: (item: T) => boolean): void;
  size(): number;
}

interface Entry<T> {
  dueMs: number;
  item: T;
}

export function createDueQueue<T>(): DueQueue<T> {
  let heap: Entry<T>[] = [];

  function swap(a: number, b: number): void {
    const first = heap[a];
    const second = heap[b];
    if (first === undefined || second === undefined) return;
    heap[a] = second;
    heap[b] = first;
  }
  const due = (index: number): number => heap[index]?.dueMs ?? Number.POSITIVE_INFINITY;

  function siftUp(start: number): void {
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (due(parent) <= due(index)) return;
      swap(parent, index);
      index = parent;
    }
  }
  function siftDown(): void {
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const smaller = due(left + 1) < due(left) ? left + 1 : left;
      if (due(smaller) >= due(index)) return;
      swap(smaller, index);
      index = smaller;
    }
  }
  function push(dueMs: number, item: T): void {
    heap.push({ dueMs, item });
    siftUp(heap.length - 1);
  }

  return {
    push,
    popDue(nowMs) {
      const first = heap[0];
      if (first === undefined || first.dueMs > nowMs) return null;
      const last = heap.pop();
      if (last !== undefined && heap.length > 0) {
        heap[0] = last;
        siftDown();
      }
      return first;
    },
    nextDueMs: () => heap[0]?.dueMs ?? null,
    retain(keep) {
      const kept = heap.filter((entry) => keep(entry.item));
      heap = [];
      for (const entry of kept) push(entry.dueMs, entry.item);
    },
    size: () => heap.length,
  };
}
