/**
 * Ids that nobody reads: 32 and more hexadecimal digits (containers, sandboxes, digests) and UIDs, with dashes or, as in
 * cgroup paths, underscores. Linear on any input: a run of digits is entered at its start only, a UID has one length.
 */
const longHex = /(?<![0-9a-z])[0-9a-f]{32,}(?![0-9a-z])/gi;
const uid = /[0-9a-f]{8}([-_])[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}(?![0-9a-f])/gi;

/** As many as the usual command-line tools show. */
const KEPT = 12;

/** Text of events and logs in which long ids leave room for the cause: their first 12 characters and an ellipsis. */
export function shortenIds(text: string): string {
  const shorter = (id: string): string => `${id.slice(0, KEPT)}…`;
  return text.replace(longHex, shorter).replace(uid, shorter);
}
