import { createHash, timingSafeEqual } from 'node:crypto';
import type { Principal } from '../domain/principal.ts';

/** The people known to this installation, by each of their identities. */
export interface Principals {
  all: readonly Principal[];
  /** Names of those who may approve. */
  approvers: readonly string[];
  byName(name: string): Principal | null;
  /** A foreign team's user with the same id is somebody else. */
  bySlack(identity: { team: string; user: string }): Principal | null;
  /** Takes the same time whichever token matches, and when none does. */
  byConsoleToken(token: string): Principal | null;
}

export function createPrincipals(all: readonly Principal[]): Principals {
  const hashes = all.flatMap((principal) =>
    principal.consoleTokenSha256 === undefined
      ? []
      : [{ principal, hash: Buffer.from(principal.consoleTokenSha256, 'hex') }],
  );
  return {
    all,
    approvers: all.filter(({ roles }) => roles.includes('approver')).map(({ name }) => name),
    byName: (name) => all.find((principal) => principal.name === name) ?? null,
    bySlack: ({ team, user }) =>
      all.find(({ slack }) => slack !== undefined && slack.team === team && slack.user === user) ?? null,
    byConsoleToken(token) {
      const given = createHash('sha256').update(token).digest();
      let found: Principal | null = null;
      for (const { principal, hash } of hashes) {
        if (hash.length === given.length && timingSafeEqual(hash, given)) found = principal;
      }
      return found;
    },
  };
}
