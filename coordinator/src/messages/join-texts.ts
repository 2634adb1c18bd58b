/** A text as a sentence: it ends in a full stop, question mark, exclamation mark or ellipsis. */
export function sentence(text: string): string {
  const trimmed = text.trim();
  return trimmed === '' || /[.!?…]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}

/** The same for a text that may begin with a small letter. */
export function capitalSentence(text: string): string {
  return sentence(text.charAt(0).toUpperCase() + text.slice(1));
}

/** Several texts as sentences, each once: `A restart cannot be undone. Put the old text back.`; one alone stays as it is. */
export function joinSentences(texts: readonly string[]): string {
  const distinct = [...new Set(texts.map((text) => text.trim()))].filter((text) => text !== '');
  const [only, ...more] = distinct;
  if (more.length === 0) return only ?? '';
  return distinct.map(capitalSentence).join(' ');
}

/** What is done one after the other, in one phrase: `Change "redy" to "ready" in X; then restart Y`. */
export function joinSteps(titles: readonly string[]): string {
  const bare = titles.map((title) => title.trim().replace(/\.$/, ''));
  return bare.map((title, i) => (i === 0 ? title : lowerFirst(title))).join('; then ');
}

/** Names (`CoreDNS`, `DaemonSet`) keep their letters. */
function lowerFirst(text: string): string {
  return /^[A-Z][a-z]*(?![A-Za-z0-9])/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
