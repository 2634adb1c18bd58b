import { hkdfSync } from 'node:crypto';

/** One key for each use, derived from a configured one (HKDF-SHA256, RFC 5869): a leaked use does not open another. */
export function deriveKey(secret: string, use: 'audit' | 'session' | 'probe' | 'approval'): string {
  return Buffer.from(hkdfSync('sha256', secret, '', `pathmedic-${use}-v1`, 32)).toString('hex');
}
