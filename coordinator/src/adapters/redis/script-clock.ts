/** Value of a script's first argument: '' for Redis' own clock, or milliseconds of an injected one. */
export type ScriptClock = () => string;

export function scriptClock(now: (() => number) | undefined): ScriptClock {
  return () => (now === undefined ? '' : String(Math.floor(now())));
}

/** Puts `now` (milliseconds) before a script whose first argument is the clock. */
export function withStoreClock(body: string): string {
  return `
local now
if ARGV[1] == '' then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
else
  now = tonumber(ARGV[1])
end
${body}`;
}
