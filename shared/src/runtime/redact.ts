const secretName =
  /token|authorization|secret|passw|cookie|credential|^(api|private|signing|hmac|probe|encryption)?[-_]?keys?$/i;
const bearer = /\b(Bearer|Basic)\s+[\w.~+/=-]{6,}/gi;
// A JSON Web Token: three base64url parts, the first being a JSON object's beginning.
const jwt = /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g;
const maxDepth = 6;

/** Text without bearer credentials and JSON Web Tokens. */
export function redactText(text: string): string {
  return text.replace(bearer, '$1 [redacted]').replace(jwt, '[redacted]');
}

/** Copy of a value for a log: fields named like secrets replaced, credentials inside text replaced, depth bounded. */
export function redactValue(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (value === null || typeof value !== 'object') return value;
  if (depth >= maxDepth) return '[deep]';
  if (value instanceof Error) return redactError(value, depth);
  if (Array.isArray(value)) return value.map((item) => redactValue(item, depth + 1));
  if (value instanceof Date) return value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  return redactFields(value, depth);
}

function redactFields(value: object, depth: number): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) {
    copy[name] = secretName.test(name) && field != null ? '[redacted]' : redactValue(field, depth + 1);
  }
  return copy;
}

function redactError(error: Error, depth: number): Record<string, unknown> {
  return {
    type: error.name,
    message: redactText(error.message),
    stack: redactText(error.stack ?? ''),
    ...(error.cause === undefined ? {} : { cause: redactValue(error.cause, depth + 1) }),
    ...redactFields(error, depth),
    ...commandOf(error),
  };
}

/** A command that a store refused goes by its name: its arguments are passwords (of HELLO, of AUTH) and other people's text. */
function commandOf(error: Error): { command?: unknown } {
  if (!('command' in error)) return {};
  const { command } = error;
  const named = typeof command === 'object' && command !== null && 'name' in command;
  return { command: named ? redactValue(command.name) : '[redacted]' };
}
