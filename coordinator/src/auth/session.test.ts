import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Principal } from '../domain/principal.ts';
import { createPrincipals } from './principals.ts';
import { createSessions } from './session.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const ana: Principal = { name: 'ana', consoleTokenSha256: sha256('one'), roles: ['approver'] };
const settings = { sessionKey: 'session key', secure: true, ttlMs: 1000 };
const sessions = createSessions(settings, createPrincipals([ana]));
const cookieOf = (header: string): string => header.split(';')[0] ?? '';

describe('a session', () => {
  it('is bound to the host and to https where the console is reached by it', () => {
    expect(sessions.start(ana, 0).cookie).toMatch(
      /^__Host-pathmedic=[^;]+; Path=\/; HttpOnly; SameSite=Strict; Secure; Max-Age=1$/,
    );
  });

  it('ends with its time, to the millisecond', () => {
    const cookie = cookieOf(sessions.start(ana, 0).cookie);
    expect(sessions.read(`other=1; ${cookie}`, 999)?.principal.name).toBe('ana');
    expect(sessions.read(cookie, 1000)).toBeNull();
  });

  it('ends when the principal goes or gets a new token, and is worth nothing under another key', () => {
    const cookie = cookieOf(sessions.start(ana, 0).cookie);
    const renewed = { ...ana, consoleTokenSha256: sha256('two') };
    expect(createSessions(settings, createPrincipals([])).read(cookie, 0)).toBeNull();
    expect(createSessions(settings, createPrincipals([renewed])).read(cookie, 0)).toBeNull();
    const other = createSessions({ ...settings, sessionKey: 'other' }, createPrincipals([ana]));
    expect(other.read(cookie, 0)).toBeNull();
  });

  it('cannot be made or stretched by hand', () => {
    const [name, value] = cookieOf(sessions.start(ana, 0).cookie).split('=') as [string, string];
    const [, mac] = value.split('.');
    const forged = Buffer.from(JSON.stringify(['ana', 9_999_999])).toString('base64url');
    for (const bad of [`${forged}.${mac}`, `${forged}.`, forged, '', '.', `${value}.x`, 'a.b'])
      expect(sessions.read(`${name}=${bad}`, 0)).toBeNull();
  });
});
