import { z } from 'zod';
import type { Json } from '../domain/action.ts';
import { LabelSelector } from '../facts/label-selector.ts';
import { type IpRange, parseRange } from './ip-range.ts';

export type Direction = 'ingress' | 'egress';
export type Protocol = 'TCP' | 'UDP' | 'SCTP';

/** One entry of `from` or `to`. A null namespaceSelector means the policy's own namespace. */
export type Peer =
  | { type: 'ip'; range: IpRange; except: IpRange[] }
  | { type: 'pods'; namespaceSelector: LabelSelector | null; podSelector: LabelSelector };

export interface PortRule {
  protocol: Protocol;
  /** A number, a name that the receiving pod resolves, or null for every port. */
  port: number | string | null;
  endPort: number | null;
}

/** No peers: every peer. No ports: every port. */
export interface Rule {
  peers: Peer[];
  ports: PortRule[];
}

/** `spec` of a networking.k8s.io/v1 NetworkPolicy with the API's defaults filled in. */
export interface PolicySpec {
  podSelector: LabelSelector;
  policyTypes: Direction[];
  ingress: Rule[];
  egress: Rule[];
}

const RawPeer = z.object({
  podSelector: LabelSelector.nullish(),
  namespaceSelector: LabelSelector.nullish(),
  ipBlock: z.object({ cidr: z.string(), except: z.array(z.string()).nullish() }).nullish(),
});
const RawPort = z.object({
  protocol: z.enum(['TCP', 'UDP', 'SCTP']).nullish(),
  port: z.union([z.number().int().min(0).max(65535), z.string()]).nullish(),
  endPort: z.number().int().min(0).max(65535).nullish(),
});
const RawRule = z.object({
  from: z.array(RawPeer).nullish(),
  to: z.array(RawPeer).nullish(),
  ports: z.array(RawPort).nullish(),
});
const RawSpec = z.object({
  podSelector: LabelSelector.nullish(),
  policyTypes: z.array(z.enum(['Ingress', 'Egress'])).nullish(),
  ingress: z.array(RawRule.nullable()).nullish(),
  egress: z.array(RawRule.nullable()).nullish(),
});

export type ParsedPolicy = { ok: true; spec: PolicySpec } | { ok: false; why: string };

function peerOf(raw: z.infer<typeof RawPeer>): Peer | null {
  if (raw.ipBlock) {
    const range = parseRange(raw.ipBlock.cidr);
    const except = (raw.ipBlock.except ?? []).map(parseRange);
    if (range === null || except.includes(null)) return null;
    return { type: 'ip', range, except: except.filter((excluded) => excluded !== null) };
  }
  // A peer without any selector is refused by the API; read here it selects nothing.
  if (!raw.podSelector && !raw.namespaceSelector) return null;
  return {
    type: 'pods',
    namespaceSelector: raw.namespaceSelector ?? null,
    podSelector: raw.podSelector ?? {},
  };
}

function ruleOf(raw: z.infer<typeof RawRule> | null, direction: Direction): Rule | null {
  const peers = ((direction === 'ingress' ? raw?.from : raw?.to) ?? []).map(peerOf);
  if (peers.includes(null)) return null;
  const ports = (raw?.ports ?? []).map((port) => ({
    protocol: port.protocol ?? ('TCP' as const),
    port: port.port ?? null,
    endPort: port.endPort ?? null,
  }));
  return { peers: peers.filter((peer) => peer !== null), ports };
}

/** Without `policyTypes` a policy is for ingress, and for egress if it has egress rules (apis/networking/v1, defaults). */
function defaultTypes(raw: z.infer<typeof RawSpec>): Direction[] {
  if (raw.policyTypes && raw.policyTypes.length > 0) {
    return [...new Set(raw.policyTypes.map((type) => (type === 'Ingress' ? 'ingress' : 'egress')))];
  }
  return (raw.egress ?? []).length > 0 ? ['ingress', 'egress'] : ['ingress'];
}

/** Parses a NetworkPolicy's spec; what cannot be understood is said, never guessed. */
export function parsePolicySpec(spec: Json): ParsedPolicy {
  const parsed = RawSpec.safeParse(spec);
  if (!parsed.success)
    return { ok: false, why: `not a NetworkPolicy spec: ${z.prettifyError(parsed.error)}` };
  const ingress = (parsed.data.ingress ?? []).map((rule) => ruleOf(rule, 'ingress'));
  const egress = (parsed.data.egress ?? []).map((rule) => ruleOf(rule, 'egress'));
  if (ingress.includes(null) || egress.includes(null)) {
    return { ok: false, why: 'a rule has a peer without selector, or an ipBlock that is not a CIDR' };
  }
  return {
    ok: true,
    spec: {
      podSelector: parsed.data.podSelector ?? {},
      policyTypes: defaultTypes(parsed.data),
      ingress: ingress.filter((rule) => rule !== null),
      egress: egress.filter((rule) => rule !== null),
    },
  };
}
