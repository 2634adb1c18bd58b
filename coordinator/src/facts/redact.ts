/* oxlint-disable no-control-regex -- control characters are what is looked for */
/**
 * Evidence leaves the cluster by Slack, the console and files: what grants access is taken out before it is kept, and
 * what a terminal would obey with it. Every pattern is bounded or has one way to match: linear on any input.
 */

const terminalSequences = [
  // Operating-system commands (titles, links), then control sequences (colours, cursor): ECMA-48.
  /\u001B\][^\u0007\u001B]*(?:\u0007|\u001B\\)?/g,
  /(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]?/g,
  /\u001B[@-Z\\-_]?/g,
];
const controls = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g;

const replacements: readonly [RegExp, string][] = [
  [/\b(Bearer|Basic)\s{1,4}[\w.~+/=-]{6,}/gi, '$1 [redacted]'],
  // JSON Web Token: three base64url parts, of which the first begins a JSON object.
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, '[redacted]'],
  // User and password in a URL.
  [/\b([a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@:]{0,100}:[^\s/@]{1,200}@/gi, '$1[redacted]@'],
  [
    /(passw(?:or)?d|passphrase|secret)([\w.-]{0,40}["']?\s{0,3}[:=]\s{0,3}["']?)[^\s"',;&}]+/gi,
    '$1$2[redacted]',
  ],
  // `token: expired` is prose, `token=...` and a long value are not.
  [
    /(token|api[_-]?key|access[_-]?key|credentials?)([\w.-]{0,40}["']?\s{0,3}=\s{0,3}["']?)[^\s"',;&}]+/gi,
    '$1$2[redacted]',
  ],
  [
    /(token|api[_-]?key|access[_-]?key|credentials?)([\w.-]{0,40}["']?\s{0,3}:\s{0,3}["']?)[^\s"',;&}]{16,}/gi,
    '$1$2[redacted]',
  ],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, '[redacted]'],
  [/\b(?:xox[abposr]|gh[pousr]|glpat)[-_][\w-]{10,}/g, '[redacted]'],
];

const keyBegins = /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/;
const keyEnds = /-----END [A-Z ]{0,40}PRIVATE KEY-----/;

/** One line or message without credentials, terminal sequences and control characters (tab and newline stay). */
export function redactText(text: string): string {
  let clean = text;
  for (const sequence of terminalSequences) clean = clean.replace(sequence, '');
  clean = clean.replace(controls, '');
  for (const [pattern, replacement] of replacements) clean = clean.replace(pattern, replacement);
  return clean;
}

/** Lines of a log, each redacted; private keys that span lines are left out whole. */
export function redactLines(lines: readonly string[]): string[] {
  const kept: string[] = [];
  let inKey = false;
  for (const line of lines) {
    if (!inKey && keyBegins.test(line)) {
      inKey = !keyEnds.test(line);
      kept.push('[redacted private key]');
    } else if (inKey) {
      inKey = !keyEnds.test(line);
    } else {
      kept.push(redactText(line));
    }
  }
  return kept;
}
