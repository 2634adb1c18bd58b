import type { AgentMode } from '@pathmedic/shared/contract/identity.ts';

/**
 * What a path tests (design: probing); decides which components it crosses. `mtu` tests packets as large as the
 * interface allows, in both directions of one pair: from a pod agent the pod network, from a host agent the nodes' own.
 */
export type PathKind = 'node' | 'pod' | 'mtu' | 'service' | 'dns' | 'api';

/** One agent process as an end of a path. */
export interface AgentEnd {
  node: string;
  mode: AgentMode;
  /** Namespace of the pod: tells which policies apply to it. */
  namespace: string;
}

/** Where a path leads. */
export type PathTarget =
  | { type: 'agent'; node: string; mode: AgentMode; podUid: string; address: string; port: number }
  | {
      type: 'service';
      namespace: string;
      name: string;
      address: string;
      port: number;
      /** The only backend of a single-endpoint Service: `namespace/pod` and its node; null when there are several. */
      backend: { pod: string; node: string } | null;
    }
  | { type: 'dns-pod'; pod: string; node: string; address: string; port: number; upstream: boolean }
  | { type: 'dns-vip'; address: string; port: number; upstream: boolean }
  | { type: 'apiserver'; via: 'endpoint' | 'service'; address: string; port: number };

/** A path: source agent, target, kind and protocol. `id` is stable across plan versions. */
export interface Path {
  id: string;
  from: AgentEnd;
  kind: PathKind;
  protocol: 'tcp' | 'http' | 'udp' | 'dns-udp' | 'dns-tcp';
  to: PathTarget;
}

function endName(end: AgentEnd): string {
  return end.mode === 'canary' ? `${end.node}/canary.${end.namespace}` : `${end.node}/${end.mode}`;
}

function targetName(to: PathTarget): string {
  switch (to.type) {
    case 'agent':
      return `${to.node}/${to.mode}`;
    case 'service':
      return `svc/${to.namespace}/${to.name}:${to.port}`;
    case 'dns-pod':
      return `${to.upstream ? 'upstream-' : ''}dns-pod/${to.pod}`;
    case 'dns-vip':
      return `${to.upstream ? 'upstream-' : ''}dns-vip/${to.address}`;
    case 'apiserver':
      return `api/${to.via}/${to.address}`;
  }
}

/** The id of a path: `kind|protocol|from|to`. */
export function pathId(path: Omit<Path, 'id'>): string {
  return `${path.kind}|${path.protocol}|${endName(path.from)}|${targetName(path.to)}`;
}
