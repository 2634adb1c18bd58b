/** Time of day with seconds, without its zone: `03:12:41`. For places that say once that all times are UTC. */
export function formatTimeOfDay(atMs: number): string {
  return new Date(atMs).toISOString().slice(11, 19);
}

/** Time of day as messages show it: `03:12:41 UTC`. */
export function formatClockTime(atMs: number): string {
  return `${formatTimeOfDay(atMs)} UTC`;
}

/** Day and time, for what may be read on another day: `2026-11-23 03:12:41 UTC`. */
export function formatDateTime(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 10)} ${formatClockTime(atMs)}`;
}
