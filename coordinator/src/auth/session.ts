import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Principal } from '../domain/principal.ts';
import type { Principals } from './principals.ts';

export interface SessionSettings {
  /** Signs cookies; the same on every replica. */
  sessionKey: string;
  /** The console is reached by https: the cookie is then `Secure` and bound to the host by its name. */
  secure: boolean;
  /** 12 h unless given. */
  ttlMs?: number;
}

export interface Session {
  principal: Principal;
  expiresAtMs: number;
}

export interface Sessions {
  /** `Set-Cookie` of a fresh session. */
  start(principal: Principal, nowMs: number): { cookie: string; expiresAtMs: number };
  /** `Set-Cookie` that ends the session in the browser. */
  end(): string;
  /** The session in a `Cookie` header; null when there is none, it is over, forged, or its token is no longer known. */
  read(cookieHeader: string | undefined, nowMs: number): Session | null;
}

const defaultTtlMs = 12 * 60 * 60_000;
const Payload = z.tuple([z.string(), z.number().int()]);

/** Sessions that live in a signed cookie: nothing to store, valid on each replica, gone with the principal or its token. */
export function createSessions(settings: SessionSettings, principals: Pick<Principals, 'byName'>): Sessions {
  const ttlMs = settings.ttlMs ?? defaultTtlMs;
  const cookieName = settings.secure ? '__Host-pathmedic' : 'pathmedic';
  const attributes = `Path=/; HttpOnly; SameSite=Strict${settings.secure ? '; Secure' : ''}`;

  // The hash of the token is signed along: a new token or a removed principal ends every session made before.
  function signature(payload: string, principal: Principal): Buffer {
    return createHmac('sha256', settings.sessionKey)
      .update(JSON.stringify(['pathmedic-session-v1', payload, principal.consoleTokenSha256 ?? '']))
      .digest();
  }

  return {
    start(principal, nowMs) {
      const expiresAtMs = nowMs + ttlMs;
      const payload = Buffer.from(JSON.stringify([principal.name, expiresAtMs])).toString('base64url');
      const value = `${payload}.${signature(payload, principal).toString('base64url')}`;
      const maxAgeSeconds = Math.floor(ttlMs / 1000);
      return { cookie: `${cookieName}=${value}; ${attributes}; Max-Age=${maxAgeSeconds}`, expiresAtMs };
    },
    end: () => `${cookieName}=; ${attributes}; Max-Age=0`,
    read(cookieHeader, nowMs) {
      const [payload, mac, extra] = (cookieValue(cookieHeader, cookieName) ?? '').split('.');
      if (payload === undefined || mac === undefined || extra !== undefined) return null;
      const parsed = parsePayload(payload);
      if (parsed === null) return null;
      const [name, expiresAtMs] = parsed;
      const principal = principals.byName(name);
      if (principal === null || principal.consoleTokenSha256 === undefined) return null;
      const given = Buffer.from(mac, 'base64url');
      const expected = signature(payload, principal);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
      return nowMs < expiresAtMs ? { principal, expiresAtMs } : null;
    },
  };
}

function parsePayload(payload: string): z.infer<typeof Payload> | null {
  try {
    const parsed = Payload.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

function cookieValue(header: string | undefined, name: string): string | null {
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return null;
}
