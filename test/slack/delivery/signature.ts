import { createHmac } from 'node:crypto';

/** Ways to get a signed request wrong; `valid` is what Slack sends. */
export type SignatureKind =
  | 'valid'
  | 'wrong-secret'
  | 'unsigned'
  | 'old-timestamp'
  | 'future-timestamp'
  | 'timestamp-not-signed'
  | 'other-version';

/** Slack's signature: `v0=` and the hex HMAC-SHA256 of `v0:timestamp:body`. */
export function signature(secret: string, timestampSeconds: number, body: string): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestampSeconds}:${body}`).digest('hex')}`;
}

/** The two signature headers of a request that is sent at `nowMs`, right or wrong as asked. */
export function signatureHeaders(
  secret: string,
  nowMs: number,
  body: string,
  kind: SignatureKind,
): Record<string, string> {
  const now = Math.floor(nowMs / 1000);
  const headers = (sentAt: number, value: string): Record<string, string> => ({
    'x-slack-request-timestamp': String(sentAt),
    'x-slack-signature': value,
  });
  switch (kind) {
    case 'valid':
      return headers(now, signature(secret, now, body));
    case 'wrong-secret':
      return headers(now, signature(`${secret}x`, now, body));
    case 'unsigned':
      return {};
    case 'old-timestamp':
      return headers(now - 301, signature(secret, now - 301, body));
    case 'future-timestamp':
      return headers(now + 301, signature(secret, now + 301, body));
    case 'timestamp-not-signed':
      return headers(now, signature(secret, now - 3600, body));
    case 'other-version':
      return headers(now, signature(secret, now, body).replace('v0=', 'v1='));
    default:
      return kind satisfies never;
  }
}
