/**
 * A second evaluator, written straight from the API's prose on raw objects and with strings only, so that it shares
 * neither code nor data structures with the real one. IPv4 only; pods of one case have known addresses.
 */

export interface RawPod {
  namespace: string;
  name: string;
  labels: Record<string, string>;
  ip: string;
  hostNetwork: boolean;
  containerPorts: { name: string; port: number; protocol: string }[];
}

interface RawSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

export interface RawPeer {
  podSelector?: RawSelector;
  namespaceSelector?: RawSelector;
  ipBlock?: { cidr: string; except?: string[] };
}

export interface RawRule {
  from?: RawPeer[];
  to?: RawPeer[];
  ports?: { protocol?: string; port?: number | string; endPort?: number }[];
}

export interface RawPolicy {
  metadata: { name: string; namespace: string };
  spec: { podSelector: RawSelector; policyTypes?: string[]; ingress?: RawRule[]; egress?: RawRule[] };
}

export interface RawFlow {
  from: { pod: string } | { ip: string };
  to: { pod: string } | { ip: string };
  port: number;
  protocol: string;
}

export interface RawCase {
  namespaces: { name: string; labels: Record<string, string> }[];
  pods: RawPod[];
  policies: RawPolicy[];
}

function chosen(selector: RawSelector, labels: Record<string, string>): boolean {
  for (const key in selector.matchLabels) if (labels[key] !== selector.matchLabels[key]) return false;
  return (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
    const value = labels[key];
    const listed = value !== undefined && values.includes(value);
    const answers: Record<string, boolean> = {
      In: listed,
      NotIn: !listed,
      Exists: value !== undefined,
      DoesNotExist: value === undefined,
    };
    return answers[operator] === true;
  });
}

function bits(ip: string): string {
  return ip
    .split('.')
    .map((part) => Number(part).toString(2).padStart(8, '0'))
    .join('');
}

function inside(ip: string, cidr: string): boolean {
  const [base = '', length = '32'] = cidr.split('/');
  return bits(ip).startsWith(bits(base).slice(0, Number(length)));
}

export function naiveAllows(world: RawCase, flow: RawFlow): boolean {
  const pod = (end: RawFlow['from']) =>
    'pod' in end ? world.pods.find((p) => `${p.namespace}/${p.name}` === end.pod) : undefined;
  const [source, target] = [pod(flow.from), pod(flow.to)];
  if (source !== undefined && source === target) return true;
  const address = (end: RawFlow['from']) => ('ip' in end ? end.ip : (pod(end)?.ip ?? ''));
  const side = (
    subject: RawPod | undefined,
    type: 'Ingress' | 'Egress',
    peer: RawPod | undefined,
    peerIp: string,
  ): boolean => {
    if (subject === undefined || subject.hostNetwork) return true;
    const mine = world.policies.filter((policy) => {
      const { spec, metadata } = policy;
      const types = spec.policyTypes?.length
        ? spec.policyTypes
        : ['Ingress', ...(spec.egress?.length ? ['Egress'] : [])];
      return (
        metadata.namespace === subject.namespace &&
        types.includes(type) &&
        chosen(spec.podSelector, subject.labels)
      );
    });
    if (mine.length === 0) return true;
    return mine.some(({ spec, metadata }) =>
      ((type === 'Ingress' ? spec.ingress : spec.egress) ?? []).some((rule) => {
        const peers = (type === 'Ingress' ? rule.from : rule.to) ?? [];
        const ports = rule.ports ?? [];
        const portOk =
          ports.length === 0 ||
          ports.some(({ protocol = 'TCP', port, endPort }) => {
            if (protocol !== flow.protocol) return false;
            if (port === undefined) return true;
            if (typeof port === 'number') return flow.port >= port && flow.port <= (endPort ?? port);
            return (target?.containerPorts ?? []).some(
              (p) => p.name === port && p.protocol === protocol && p.port === flow.port,
            );
          });
        const peerOk =
          peers.length === 0 ||
          peers.some(({ podSelector, namespaceSelector, ipBlock }) => {
            if (ipBlock)
              return (
                peerIp !== '' &&
                inside(peerIp, ipBlock.cidr) &&
                !(ipBlock.except ?? []).some((cidr) => inside(peerIp, cidr))
              );
            if (peer === undefined || peer.hostNetwork) return false;
            const labels = world.namespaces.find(({ name }) => name === peer.namespace)?.labels ?? {};
            const nsOk = namespaceSelector
              ? chosen(namespaceSelector, labels)
              : peer.namespace === metadata.namespace;
            return nsOk && (!podSelector || chosen(podSelector, peer.labels));
          });
        return portOk && peerOk;
      }),
    );
  };
  return (
    side(source, 'Egress', target, address(flow.to)) && side(target, 'Ingress', source, address(flow.from))
  );
}
