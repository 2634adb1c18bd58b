import { createHmac, timingSafeEqual } from 'node:crypto';

export type SlackSignatureVerdict =
  | { ok: true }
  | { ok: false; reason: 'missing' | 'malformed-timestamp' | 'stale' | 'wrong' };

const toleranceSeconds = 300;

/**
 * Checks a request from Slack: `v0=` HMAC-SHA256 over `v0:timestamp:rawBody`, at most 300 s old or early.
 * Follows https://api.slack.com/authentication/verifying-requests-from-slack
 */
export function verifySlackSignature(input: {
  signingSecret: string;
  timestamp: string | undefined;
  signature: string | undefined;
  /** The bytes as they came, before any parsing. */
  rawBody: Buffer;
  nowMs: number;
}): SlackSignatureVerdict {
  const { signingSecret, timestamp, signature, rawBody, nowMs } = input;
  if (timestamp === undefined || signature === undefined) return { ok: false, reason: 'missing' };
  if (!/^\d{1,12}$/.test(timestamp)) return { ok: false, reason: 'malformed-timestamp' };
  if (Math.abs(nowMs / 1000 - Number(timestamp)) > toleranceSeconds) return { ok: false, reason: 'stale' };
  const expected = createHmac('sha256', signingSecret).update(`v0:${timestamp}:`).update(rawBody).digest();
  const given = /^v0=[0-9a-f]{64}$/.test(signature) ? Buffer.from(signature.slice(3), 'hex') : null;
  return given !== null && timingSafeEqual(given, expected) ? { ok: true } : { ok: false, reason: 'wrong' };
}
