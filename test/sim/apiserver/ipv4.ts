/** An IPv4 range: `base` already masked. */
export interface Cidr {
  base: number;
  bits: number;
  mask: number;
}

/** A dotted quad as an unsigned number; undefined when it is not one. */
export function parseIpv4(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0;
  for (const part of parts) {
    if (!/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    value = value * 256 + Number(part);
  }
  return value;
}

export function formatIpv4(value: number): string {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255].join('.');
}

export function parseCidr(text: string): Cidr | undefined {
  const [address, length] = text.split('/');
  if (address === undefined || length === undefined || !/^\d{1,2}$/.test(length)) return undefined;
  const bits = Number(length);
  const value = parseIpv4(address);
  if (value === undefined || bits > 32) return undefined;
  const mask = bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
  return { base: (value & mask) >>> 0, bits, mask };
}

export function cidrContains(cidr: Cidr, address: string): boolean {
  const value = parseIpv4(address);
  return value !== undefined && (value & cidr.mask) >>> 0 === cidr.base;
}
