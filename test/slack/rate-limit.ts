/** A token bucket: `burst` calls at once, then `perMinute` on average. */
export interface RateLimit {
  readonly perMinute: number;
  readonly burst: number;
  /** Whether each channel has its own bucket. */
  readonly per: 'channel' | 'workspace';
}

/** Limits by method; a method without an entry is not limited. */
export type RateLimits = Readonly<Record<string, RateLimit>>;

const tier = (perMinute: number): RateLimit => ({ perMinute, burst: perMinute, per: 'workspace' });

/** Slack's published tiers; posting is "about one a second a channel", with short bursts tolerated. */
export const slackRateLimits: RateLimits = {
  'chat.postMessage': { perMinute: 60, burst: 4, per: 'channel' },
  'chat.postEphemeral': tier(100),
  'chat.update': tier(50),
  'conversations.history': tier(50),
  'conversations.replies': tier(50),
  'conversations.info': tier(50),
  'users.info': tier(100),
  'apps.connections.open': tier(20),
};

export type RateDecision =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly retryAfterSeconds: number };

export interface RateLimiter {
  /** Takes one call from the bucket, or says how many whole seconds to wait. */
  take(method: string, channelId: string | undefined): RateDecision;
}

export function createRateLimiter(rateLimits: RateLimits, nowMs: () => number): RateLimiter {
  const buckets = new Map<string, { tokens: number; atMs: number }>();
  return {
    take(method, channelId) {
      const limit = rateLimits[method];
      if (!limit) return { allowed: true };
      const key = limit.per === 'channel' ? `${method} ${channelId ?? ''}` : method;
      const perMs = limit.perMinute / 60_000;
      const now = nowMs();
      const bucket = buckets.get(key) ?? { tokens: limit.burst, atMs: now };
      const tokens = Math.min(limit.burst, bucket.tokens + Math.max(0, now - bucket.atMs) * perMs);
      const allowed = tokens >= 1;
      buckets.set(key, { tokens: allowed ? tokens - 1 : tokens, atMs: now });
      if (allowed) return { allowed };
      return { allowed, retryAfterSeconds: Math.max(1, Math.ceil((1 - tokens) / perMs / 1000)) };
    },
  };
}
