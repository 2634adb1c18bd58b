import { BlockList, isIPv6 } from 'node:net';
import type { CheckSpec, ProbeSpec } from '@pathmedic/shared/contract/plan.ts';

/** Network prefix, e.g. 10.0.0.0/8. */
export interface Cidr {
  address: string;
  prefix: number;
}

/** Ports from `first` to `last`, both included. */
export interface PortRange {
  first: number;
  last: number;
}

/** What this agent is willing to probe, whatever a plan says. */
export interface LocalLimits {
  cidrs: readonly Cidr[];
  ports: readonly PortRange[];
  maxProbesPerSecond: number;
}

export type LimitReason = 'metadata-address' | 'special-address' | 'address' | 'port' | 'rate';

export interface DroppedProbe {
  pathId: string;
  reason: LimitReason;
}

export interface LimitedWork {
  probes: ProbeSpec[];
  checks: CheckSpec[];
  dropped: DroppedProbe[];
}

// Instance metadata services hand out credentials; a prober has no business there, whatever the configuration says.
const metadata: readonly string[] = [
  '169.254.169.254',
  '169.254.170.2',
  '100.100.100.200',
  '168.63.129.16',
  'fd00:ec2::254',
];
// Allowed only by a prefix that lies inside: 0.0.0.0/0 does not mean loopback, 127.0.0.0/8 does.
const special: readonly Cidr[] = [
  { address: '0.0.0.0', prefix: 8 },
  { address: '127.0.0.0', prefix: 8 },
  { address: '169.254.0.0', prefix: 16 },
  { address: '224.0.0.0', prefix: 3 },
  { address: '::', prefix: 127 },
  { address: '::ffff:0:0', prefix: 96 },
  { address: 'fe80::', prefix: 10 },
  { address: 'ff00::', prefix: 8 },
];

/** Most probes of one check, over all its paths and rounds. */
const maxCheckProbes = 2_000;

type Verdict = { ok: true } | { ok: false; reason: LimitReason };

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIPv6(address) ? 'ipv6' : 'ipv4');

function listOf(cidrs: readonly Cidr[]): BlockList {
  const list = new BlockList();
  for (const cidr of cidrs) list.addSubnet(cidr.address, cidr.prefix, familyOf(cidr.address));
  return list;
}

/** The rules as one function of a probe's target, ready to be asked often. */
function targetRule(limits: LocalLimits): (address: string, port: number) => Verdict {
  const metadataList = new BlockList();
  for (const address of metadata) metadataList.addAddress(address, familyOf(address));
  const ofFamily = (family: 'ipv4' | 'ipv6'): BlockList =>
    listOf(limits.cidrs.filter((cidr) => familyOf(cidr.address) === family));
  const allowed = { ipv4: ofFamily('ipv4'), ipv6: ofFamily('ipv6') };
  const specials = special.map((cidr) => {
    const within = listOf([cidr]);
    const granted = limits.cidrs.filter(
      (entry) =>
        familyOf(entry.address) === familyOf(cidr.address) &&
        entry.prefix >= cidr.prefix &&
        within.check(entry.address, familyOf(entry.address)),
    );
    return { family: familyOf(cidr.address), within, granted: listOf(granted) };
  });
  return (address, port) => {
    const family = familyOf(address);
    if (metadataList.check(address, family)) return { ok: false, reason: 'metadata-address' };
    // An IPv4-mapped address is IPv4 in disguise and matches the wrong rules.
    if (family === 'ipv6' && /^::ffff:/i.test(address)) return { ok: false, reason: 'special-address' };
    for (const range of specials) {
      // A BlockList takes an IPv4 address for its IPv4-mapped form and would find it in IPv6 prefixes.
      if (range.family !== family) continue;
      if (range.within.check(address, family) && !range.granted.check(address, family)) {
        return { ok: false, reason: 'special-address' };
      }
    }
    if (!allowed[family].check(address, family)) return { ok: false, reason: 'address' };
    const portAllowed = limits.ports.some((range) => port >= range.first && port <= range.last);
    return portAllowed ? { ok: true } : { ok: false, reason: 'port' };
  };
}

/**
 * What of a plan this agent does: probes outside its limits are taken out and named, the rest runs. The rate limit
 * drops from the end of the list, which is in the coordinator's order of importance.
 */
export function applyLimits(
  plan: { probes: readonly ProbeSpec[]; checks: readonly CheckSpec[] },
  limits: LocalLimits,
): LimitedWork {
  const rule = targetRule(limits);
  const dropped: DroppedProbe[] = [];
  const within = (spec: ProbeSpec): boolean => {
    const verdict = rule(spec.address, spec.port);
    if (!verdict.ok) dropped.push({ pathId: spec.pathId, reason: verdict.reason });
    return verdict.ok;
  };
  let perSecond = 0;
  const affordable = (spec: ProbeSpec): boolean => {
    const rate = 1000 / spec.intervalMs;
    // Sums of fractions such as 1000/7000 must not fail the last probe of an exact budget.
    if (perSecond + rate > limits.maxProbesPerSecond + 1e-6) {
      dropped.push({ pathId: spec.pathId, reason: 'rate' });
      return false;
    }
    perSecond += rate;
    return true;
  };
  const probes = plan.probes.filter((spec) => within(spec) && affordable(spec));
  const checks = plan.checks.map((check) => {
    const paths = check.probes.filter(within);
    const most = Math.floor(maxCheckProbes / check.count);
    for (const spec of paths.slice(most)) dropped.push({ pathId: spec.pathId, reason: 'rate' });
    return { ...check, probes: paths.slice(0, most) };
  });
  return { probes, checks, dropped };
}
