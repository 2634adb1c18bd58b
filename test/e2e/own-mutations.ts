import { z } from 'zod';
import type { Lab } from '../lab/lab.ts';

const AuditLine = z.object({
  stage: z.string(),
  verb: z.string(),
  requestURI: z.string(),
  user: z.object({ username: z.string() }),
  objectRef: z
    .object({
      resource: z.string(),
      subresource: z.string().optional(),
      namespace: z.string().optional(),
      name: z.string().optional(),
    })
    .optional(),
  responseStatus: z.object({ code: z.number().optional() }).optional(),
  /** Of any shape: a JSON patch is an array, a delete carries its options here. */
  requestObject: z.unknown().optional(),
  requestReceivedTimestamp: z.string(),
});
const DryRunBody = z.object({ dryRun: z.array(z.string()).min(1) });
type AuditLine = z.infer<typeof AuditLine>;

/** A request of one of our identities that changed something (no dry run, accepted). */
export interface OwnMutation {
  user: string;
  verb: string;
  /** With the subresource, if any: `deployments/scale`. */
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
  const [control = 'node1'] = await lab.nodes();
  const log = await lab.on(control, [
    'sh',
    '-c',
    'grep -F system:serviceaccount: /var/log/audit.log | grep -F :pathmedic- || true',
  ]);
  return readMutations(log, namespaces).filter((m) => m.atMs >= sinceMs);
}

/** Lines of an audit log -> accepted changes by pathmedic's service accounts in these namespaces. Pure. */
export function readMutations(log: string, namespaces: readonly string[]): OwnMutation[] {
  return (
    log
      .split('\n')
      .filter((line) => line !== '')
      // A line that cannot be read could be the change that must not be there.
      .map((line) => AuditLine.parse(JSON.parse(line)))
      .filter((e) =>
        namespaces.some((n) => e.user.username.startsWith(`system:serviceaccount:${n}:pathmedic-`)),
      )
      .filter((e) => e.stage === 'ResponseComplete' && changing.has(e.verb) && !isDryRun(e))
      .filter(
        (e) => (e.responseStatus?.code ?? 500) < 300 && !ownBookkeeping.has(e.objectRef?.resource ?? ''),
      )
      .map((e) => ({
        user: e.user.username,
        verb: e.verb,
        resource: [e.objectRef?.resource, e.objectRef?.subresource].filter((r) => r !== undefined).join('/'),
        namespace: e.objectRef?.namespace ?? '',
        name: e.objectRef?.name ?? '',
        atMs: Date.parse(e.requestReceivedTimestamp),
      }))
  );
}

function isDryRun({ requestURI, requestObject }: AuditLine): boolean {
  return requestURI.includes('dryRun=') || DryRunBody.safeParse(requestObject).success;
}

/** `patch configmaps kube-system/coredns` */
export function mutationWords(m: OwnMutation): string {
  return `${m.verb} ${m.resource} ${m.namespace}/${m.name}`;
}
