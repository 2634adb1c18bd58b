import { hash } from 'node:crypto';

const blockBytes = 64;

/** HMAC-SHA256 under one key, the key's own work done once. */
export type Mac = (message: Uint8Array) => Buffer;

/**
 * HMAC-SHA256 (RFC 2104) out of Node's one-shot hash: an exchange needs four of them, and on an idle process each
 * `createHmac` costs several times as much as the two hashes it stands for.
 */
export function createMac(secret: string): Mac {
  const raw = Buffer.from(secret, 'utf8');
  const key = Buffer.alloc(blockBytes);
  (raw.length > blockBytes ? hash('sha256', raw, 'buffer') : raw).copy(key);
  const inner = key.map((byte) => byte ^ 0x36);
  const outer = key.map((byte) => byte ^ 0x5c);
  return (message) => {
    const digest = hash('sha256', Buffer.concat([inner, message]), 'buffer');
    return hash('sha256', Buffer.concat([outer, digest]), 'buffer');
  };
}
