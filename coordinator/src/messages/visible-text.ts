// Everything that changes how text reads without being seen: controls but tab and newline, format characters
// (zero-width, bidirectional, soft hyphen, tags), line and paragraph separators. Categories of Unicode, chapter 4.5.
const hidden = /(?![\t\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Text from logs, events or people with characters that hide or reorder it written out, e.g. `⟨U+202E⟩`. */
export function visibleText(text: string): string {
  return text.replace(hidden, (character) => {
    if (character === '\r') return '';
    const code = character.codePointAt(0) ?? 0;
    return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
  });
}
