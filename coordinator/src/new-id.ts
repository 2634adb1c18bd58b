import { randomBytes } from 'node:crypto';

/** 32 hexadecimal characters: opaque, url-safe, fit for field managers and Slack values. */
export function newId(): string {
  return randomBytes(16).toString('hex');
}
