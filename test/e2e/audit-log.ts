import { z } from 'zod';
import type { Lab } from './cluster.ts';

const AuditLine = z.object({
  stage: z.string(),
  verb: z.string(),
  requestURI: z.string(),
  user: z.object({ username: z.string() }),
  objectRef: z
    .object({ resource: z.string(), namespace: z.string().optional(), name: z.string().optional() })
    .optional(),
  responseStatus: z.object({ code: z.number().optional() }).optional(),
  requestReceivedTimestamp: z.string(),
});

/** A request of one of our identities that changed something (no dry run, accepted). */
export interface OwnMutation {
  user: string;
  verb: string;
  resource: string;
  namespace: string;
  name: string;
  atMs: number;
}

const changing = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);
/** Not changes of the cluster: leadership, claims, the epoch, and the reviews of agents' tokens. */
const ownBookkeeping = new Set([
  'leases',
  'tokenreviews',
  'subjectaccessreviews',
  'selfsubjectaccessreviews',
]);

/** What pathmedic's service accounts changed since `sinceMs`, by the API server's own audit log. */
export async function ownMutations(
  lab: Lab,
  namespaces: readonly string[],
  sinceMs: number,
): Promise<OwnMutation[]> {
  const log = await lab.on('node1', 'cat', '/var/log/audit.log');
  return log
    .split('\n')
    .filter((line) => line.includes('"system:serviceaccount:'))
    .flatMap((line) => {
      const entry = AuditLine.safeParse(JSON.parse(line));
      return entry.success ? [entry.data] : [];
    })
    .filter((e) =>
      namespaces.some((n) => e.user.username.startsWith(`system:serviceaccount:${n}:pathmedic-`)),
    )
    .filter(
      (e) => e.stage === 'ResponseComplete' && changing.has(e.verb) && !e.requestURI.includes('dryRun='),
    )
    .filter((e) => (e.responseStatus?.code ?? 500) < 300 && !ownBookkeeping.has(e.objectRef?.resource ?? ''))
    .map((e) => ({
      user: e.user.username,
      verb: e.verb,
      resource: e.objectRef?.resource ?? '',
      namespace: e.objectRef?.namespace ?? '',
      name: e.objectRef?.name ?? '',
      atMs: Date.parse(e.requestReceivedTimestamp),
    }))
    .filter((m) => m.atMs >= sinceMs);
}
