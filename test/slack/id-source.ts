const lower = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const hex = '0123456789abcdef';

/** Makes identifiers that look like Slack's. */
export interface IdSource {
  /** Five characters, as Slack gives to blocks and actions that came without an id. */
  short(): string;
  /** `U`, `B`, `Ev`, ... followed by ten upper-case characters. */
  object(prefix: string): string;
  /** Version-4 UUID form. */
  uuid(): string;
  /** `length` hexadecimal digits. */
  hex(length: number): string;
}

/** @param random uniform in [0, 1) */
export function createIdSource(random: () => number): IdSource {
  const pick = (alphabet: string, length: number): string =>
    Array.from({ length }, () => alphabet.charAt(Math.floor(random() * alphabet.length))).join('');
  return {
    short: () => pick(lower, 5),
    object: (prefix) => prefix + pick(upper, 10),
    uuid: () => `${pick(hex, 8)}-${pick(hex, 4)}-4${pick(hex, 3)}-a${pick(hex, 3)}-${pick(hex, 12)}`,
    hex: (length) => pick(hex, length),
  };
}
