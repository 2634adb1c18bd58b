/** An IP address as a number with its family. */
export interface IpAddress {
  family: 4 | 6;
  value: bigint;
}

export interface IpRange {
  family: 4 | 6;
  first: bigint;
  prefix: number;
}

function parseV4(text: string): bigint | null {
  const parts = text.split('.');
  if (parts.length !== 4) return null;
  let value = 0n;
  for (const part of parts) {
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return null;
    value = value * 256n + BigInt(part);
  }
  return value;
}

/** The 16-bit groups of one side of `::`; a trailing dotted quad counts as two. */
function groupsOf(text: string): bigint[] | null {
  if (text === '') return [];
  const groups: bigint[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    const v4 = i === parts.length - 1 && part.includes('.') ? parseV4(part) : null;
    if (v4 !== null) groups.push(v4 >> 16n, v4 & 0xffffn);
    else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(BigInt(`0x${part}`));
    else return null;
  }
  return groups;
}

function parseV6(text: string): bigint | null {
  const sides = text.split('::');
  if (sides.length > 2) return null;
  const head = groupsOf(sides[0] ?? '');
  const tail = sides.length === 2 ? groupsOf(sides[1] ?? '') : [];
  if (head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  if (sides.length === 2 ? missing < 1 : missing !== 0) return null;
  const groups = [...head, ...Array.from({ length: missing }, () => 0n), ...tail];
  return groups.reduce((value, group) => (value << 16n) | group, 0n);
}

/** Parses an IPv4 or IPv6 literal; null for anything else. An IPv4-mapped IPv6 address is its IPv4 address. */
export function parseIp(text: string): IpAddress | null {
  if (text.length > 45) return null;
  if (!text.includes(':')) {
    const value = parseV4(text);
    return value === null ? null : { family: 4, value };
  }
  const value = parseV6(text);
  if (value === null) return null;
  return value >> 32n === 0xffffn ? { family: 4, value: value & 0xffffffffn } : { family: 6, value };
}

/** Parses `address/prefix`; null when it is not one. Host bits are ignored, as the API does. */
export function parseRange(text: string): IpRange | null {
  const match = /^([^/]{2,45})\/(\d{1,3})$/.exec(text);
  const address = parseIp(match?.[1] ?? '');
  const prefix = Number(match?.[2]);
  if (address === null) return null;
  const bits = address.family === 4 ? 32 : 128;
  if (prefix > bits) return null;
  const shift = BigInt(bits - prefix);
  return { family: address.family, first: (address.value >> shift) << shift, prefix };
}

export function rangeHolds(range: IpRange, address: IpAddress): boolean {
  if (range.family !== address.family) return false;
  const shift = BigInt((range.family === 4 ? 32 : 128) - range.prefix);
  return address.value >> shift === range.first >> shift;
}
