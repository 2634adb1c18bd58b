import { randomBytes } from 'node:crypto';

/** 32 hexadecimal characters: opaque, url-safe, fit for field managers and Slack values. */
export function newId(): string {
  return randomBytes(16).toString('hex');
}

/** Short enough to read aloud; begins with a letter, because job ids of the queue must not be integers. */
export function newIncidentId(): string {
  return `inc-${randomBytes(5).toString('hex')}`;
}
