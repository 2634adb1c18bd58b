import type { SlackErrorCode } from './slack-error.ts';

/**
 * What goes wrong with one call. `effect` says whether the call had happened by then: a client cannot
 * tell the two apart, which is the point.
 */
export type Fault =
  | { readonly kind: 'rate-limited'; readonly retryAfterSeconds: number }
  | { readonly kind: 'server-error'; readonly status: 500 | 502 | 503; readonly effect: 'none' | 'done' }
  | { readonly kind: 'connection-dropped'; readonly effect: 'none' | 'done' }
  | { readonly kind: 'refused'; readonly error: SlackErrorCode }
  | { readonly kind: 'delayed'; readonly delayMs: number; readonly effect: 'before-delay' | 'after-delay' };

/** Which calls a fault hits; nothing given means every call. */
export interface FaultTarget {
  readonly method?: string;
  readonly channelId?: string;
}

export interface Faults {
  /** Hits the next `count` matching calls, after earlier rules were used up. */
  next(count: number, fault: Fault, target?: FaultTarget): void;
  /** Answers 429 to every post into the channel for that long. */
  rateLimitChannel(channelId: string, forSeconds: number): void;
  /** Forgets every pending fault. */
  clear(): void;
  /** For the dispatcher: the fault of this call, if any; counts it. */
  take(method: string, channelId: string | undefined): Fault | undefined;
}

export function createFaults(nowMs: () => number): Faults {
  let rules: { fault: Fault; target: FaultTarget; remaining: number }[] = [];
  const limitedUntilMs = new Map<string, number>();
  return {
    next(count, fault, target = {}) {
      rules.push({ fault, target, remaining: count });
    },
    rateLimitChannel(channelId, forSeconds) {
      limitedUntilMs.set(channelId, nowMs() + forSeconds * 1000);
    },
    clear() {
      rules = [];
      limitedUntilMs.clear();
    },
    take(method, channelId) {
      const leftMs = (channelId === undefined ? 0 : (limitedUntilMs.get(channelId) ?? 0)) - nowMs();
      if (leftMs > 0 && method.startsWith('chat.post')) {
        return { kind: 'rate-limited', retryAfterSeconds: Math.max(1, Math.ceil(leftMs / 1000)) };
      }
      const rule = rules.find(
        ({ target }) =>
          (target.method === undefined || target.method === method) &&
          (target.channelId === undefined || target.channelId === channelId),
      );
      if (!rule) return undefined;
      rule.remaining -= 1;
      if (rule.remaining <= 0) rules = rules.filter((other) => other !== rule);
      return rule.fault;
    },
  };
}
