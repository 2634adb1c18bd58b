export type IpFamily = 'ipv4' | 'ipv6';

/** Bytes of the headers of IP (without options or extensions) and UDP. */
export function headerBytes(family: IpFamily): number {
  return (family === 'ipv6' ? 40 : 20) + 8;
}

/** Bytes of UDP payload in one packet of that size. */
export function payloadBytes(packetBytes: number, family: IpFamily): number {
  return packetBytes - headerBytes(family);
}
