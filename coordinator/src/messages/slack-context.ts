/** What messages need besides the incident. */
export interface SlackContext {
  /** The incident's page in the console. */
  conversationUrl: string;
  /** The write-up of a closed incident. */
  writeUpUrl: string;
  /** Names of those who may approve. */
  approvers: readonly string[];
}

/** `@ana, @ben and 3 more`; people are named in plain text and not notified. */
export function approverWords(approvers: readonly string[]): string {
  if (approvers.length === 0) return 'nobody (the list of approvers is empty)';
  const shown = approvers.slice(0, 4).map((name) => `@${name}`);
  const rest = approvers.length - shown.length;
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ');
}
