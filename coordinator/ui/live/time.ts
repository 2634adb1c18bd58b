import { useEffect, useState } from 'preact/hooks';

let offsetMs = 0;

/** Takes the store's clock for the right one: countdowns must not depend on the clock of a phone. */
export function learnServerTime(serverNowMs: number): void {
  offsetMs = serverNowMs - Date.now();
}

/** Milliseconds since the epoch by the store's clock. */
export function serverNowMs(): number {
  return Date.now() + offsetMs;
}

/** The store's time, renewed each second while `running`. */
export function useServerNow(running = true): number {
  const [nowMs, setNowMs] = useState(serverNowMs);
  useEffect(() => {
    if (!running) return undefined;
    setNowMs(serverNowMs());
    const timer = setInterval(() => setNowMs(serverNowMs()), 1000);
    return () => clearInterval(timer);
  }, [running]);
  return nowMs;
}

/** `03:12:41`, UTC. */
export function timeOfDay(atMs: number): string {
  return new Date(atMs).toISOString().slice(11, 19);
}

/** `03:12:41 UTC` today, `2026-11-23 03:12 UTC` on another day. */
export function dateTime(atMs: number, nowMs: number): string {
  const iso = new Date(atMs).toISOString();
  const today = new Date(nowMs).toISOString().slice(0, 10) === iso.slice(0, 10);
  return today ? `${iso.slice(11, 19)} UTC` : `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

/** `52 s`, `3 min 33 s`, `2 h 5 min`, `3 d 4 h`; `0 s` for what is over. */
export function duration(ms: number): string {
  const total = Math.max(0, Math.round(ms / 1000));
  const parts: [number, string][] =
    total >= 86_400
      ? [
          [Math.floor(total / 86_400), 'd'],
          [Math.floor((total % 86_400) / 3600), 'h'],
        ]
      : total >= 3600
        ? [
            [Math.floor(total / 3600), 'h'],
            [Math.floor((total % 3600) / 60), 'min'],
          ]
        : [
            [Math.floor(total / 60), 'min'],
            [total % 60, 's'],
          ];
  const words = parts.filter(([amount]) => amount > 0).map(([amount, unit]) => `${amount} ${unit}`);
  return words.length === 0 ? '0 s' : words.join(' ');
}
