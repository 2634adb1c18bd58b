import type { ProposalState } from '../domain/incident.ts';

/** What messages need besides the incident. */
export interface SlackContext {
  /** The incident's page in the console. */
  conversationUrl: string;
  /** The write-up of a closed incident. */
  writeUpUrl: string;
  /** Names of those who may approve. */
  approvers: readonly string[];
}

/** Those whose approval of this plan counts: not that of the person who asked for it. */
export function mayApprove(
  { askedBy }: Pick<ProposalState, 'askedBy'>,
  approvers: readonly string[],
): readonly string[] {
  return askedBy?.type === 'person' ? approvers.filter((name) => name !== askedBy.name) : approvers;
}

/** `@ana, @ben and 3 more`; people are named in plain text and not notified. `askedBy` is not among them. */
export function approverWords(approvers: readonly string[], askedBy?: string): string {
  if (approvers.length === 0)
    return askedBy === undefined
      ? 'nobody (the list of approvers is empty)'
      : `nobody besides ${askedBy}, who asked for it`;
  const shown = approvers.slice(0, 4).map((name) => `@${name}`);
  const rest = approvers.length - shown.length;
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ');
}
