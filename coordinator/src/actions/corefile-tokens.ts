/** One word of a Corefile with the line it stands on (from 1). */
export interface CorefileToken {
  text: string;
  line: number;
  quoted: boolean;
}

/**
 * Splits a Corefile into words as the Caddyfile lexer does: white space separates, `#` at the beginning of a word starts
 * a comment, a word that begins with a double quote goes to the next unescaped one, over line ends too.
 */
export function corefileTokens(text: string): CorefileToken[] {
  const tokens: CorefileToken[] = [];
  let line = 1;
  let at = 0;
  while (at < text.length) {
    const char = text[at] ?? '';
    if (char === '\n') line += 1;
    if (/\s/.test(char) || char === '\uFEFF') {
      at += 1;
    } else if (char === '#') {
      const end = text.indexOf('\n', at);
      at = end === -1 ? text.length : end;
    } else if (char === '"') {
      const end = closingQuote(text, at + 1);
      const body = text.slice(at + 1, end);
      tokens.push({ text: body.replaceAll('\\"', '"'), line, quoted: true });
      line += body.split('\n').length - 1;
      at = end + 1;
    } else {
      let end = at;
      while (end < text.length && !/\s/.test(text[end] ?? '')) end += 1;
      tokens.push({ text: text.slice(at, end), line, quoted: false });
      at = end;
    }
  }
  return tokens;
}

function closingQuote(text: string, from: number): number {
  let at = from;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return Math.min(at, text.length);
}
