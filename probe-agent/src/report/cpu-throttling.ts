import { readFileSync } from 'node:fs';

/** Throttled time since the last call in milliseconds, or null when the kernel does not say. */
export type ThrottlingReader = () => number | null;

/** Throttled time out of a cgroup v2 `cpu.stat`, milliseconds, or null. */
export function throttledMsOf(cpuStat: string): number | null {
  const match = /^throttled_usec (\d+)$/m.exec(cpuStat);
  return match?.[1] === undefined ? null : Number(match[1]) / 1000;
}

/** Reads the process's own cgroup (v2), as a container sees it. */
export function createThrottlingReader(
  read: () => string = () => readFileSync('/sys/fs/cgroup/cpu.stat', 'utf8'),
): ThrottlingReader {
  let lastMs: number | null = null;
  return () => {
    let nowMs: number | null;
    try {
      nowMs = throttledMsOf(read());
    } catch {
      nowMs = null;
    }
    const sinceMs = nowMs === null || lastMs === null ? null : Math.max(0, nowMs - lastMs);
    lastMs = nowMs;
    return sinceMs;
  };
}
