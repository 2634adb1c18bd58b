/** A span of time in words: `under 1 s`, `52 s`, `3 min 33 s`, `2 h 5 min`, `3 d 4 h`. Negative spans read as `under 1 s`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 1000) return 'under 1 s';
  const totalSeconds = Math.round(durationMs / 1000);
  const seconds = totalSeconds % 60;
  const totalMinutes = Math.floor(totalSeconds / 60);
  const minutes = totalMinutes % 60;
  const totalHours = Math.floor(totalMinutes / 60);
  const hours = totalHours % 24;
  const days = Math.floor(totalHours / 24);
  if (days > 0) return join([days, 'd'], [hours, 'h']);
  if (hours > 0) return join([hours, 'h'], [minutes, 'min']);
  if (minutes > 0) return join([minutes, 'min'], [seconds, 's']);
  return `${seconds} s`;
}

function join(...parts: [number, string][]): string {
  return parts
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(' ');
}
