import { describeFailure, type ApiAnswer, type ApiClient } from './api-client.ts';
import { fieldsOf, numberOf, textMap, textOf } from './trim/json-fields.ts';

/** A coordination.k8s.io/v1 Lease as far as it is used here. */
export interface Lease {
  name: string;
  resourceVersion: string;
  /** Empty when released. */
  holder: string;
  durationSeconds: number;
  /** RFC 3339 with microseconds; compared for equality only, as clocks differ. */
  renewTime: string;
  acquireTime: string;
  transitions: number;
  annotations: Record<string, string>;
  labels: Record<string, string>;
}

export type LeaseWrite =
  | { type: 'written'; lease: Lease }
  /** Somebody else wrote (409), or created it first. */
  | { type: 'lost' }
  /** Not known whether it took effect. */
  | { type: 'unavailable'; detail: string };

export type LeaseRead =
  | { type: 'found'; lease: Lease }
  | { type: 'absent' }
  | { type: 'unavailable'; detail: string };

/** Leases of one namespace. */
export interface Leases {
  get(name: string): Promise<LeaseRead>;
  create(lease: Omit<Lease, 'resourceVersion'>): Promise<LeaseWrite>;
  /** Writes over exactly the version in `lease`. */
  replace(lease: Lease): Promise<LeaseWrite>;
}

export function createLeases(api: ApiClient, namespace: string, timeoutMs: number): Leases {
  const collection = `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/leases`;

  function written(answer: ApiAnswer<unknown>): LeaseWrite {
    if (answer.type === 'ok') return { type: 'written', lease: leaseOf(answer.value) };
    if (answer.type === 'refused' && answer.refusal.code === 409) return { type: 'lost' };
    return { type: 'unavailable', detail: describeFailure(answer) };
  }

  return {
    async get(name) {
      const answer = await api.json({ method: 'GET', path: `${collection}/${name}`, timeoutMs });
      if (answer.type === 'ok') return { type: 'found', lease: leaseOf(answer.value) };
      if (answer.type === 'refused' && answer.refusal.code === 404) return { type: 'absent' };
      return { type: 'unavailable', detail: describeFailure(answer) };
    },
    async create(lease) {
      const body = JSON.stringify(documentOf(lease, namespace));
      return written(await api.json({ method: 'POST', path: collection, body, timeoutMs }));
    },
    async replace(lease) {
      const body = JSON.stringify(documentOf(lease, namespace));
      const answer = await api.json({ method: 'PUT', path: `${collection}/${lease.name}`, body, timeoutMs });
      // Deleted in between: as lost as if it had been written.
      if (answer.type === 'refused' && answer.refusal.code === 404) return { type: 'lost' };
      return written(answer);
    },
  };
}

/** Time as Leases hold it. */
export function microTime(atMs: number): string {
  return new Date(atMs).toISOString().replace('Z', '000Z');
}

function leaseOf(value: unknown): Lease {
  const object = fieldsOf(value);
  const metadata = fieldsOf(object['metadata']);
  const spec = fieldsOf(object['spec']);
  return {
    name: textOf(metadata['name']),
    resourceVersion: textOf(metadata['resourceVersion']),
    holder: textOf(spec['holderIdentity']),
    durationSeconds: numberOf(spec['leaseDurationSeconds']),
    renewTime: textOf(spec['renewTime']),
    acquireTime: textOf(spec['acquireTime']),
    transitions: numberOf(spec['leaseTransitions']),
    annotations: textMap(metadata['annotations']),
    labels: textMap(metadata['labels']),
  };
}

function documentOf(
  lease: Omit<Lease, 'resourceVersion'> & { resourceVersion?: string },
  namespace: string,
): object {
  const { name, resourceVersion, annotations, labels, holder, durationSeconds } = lease;
  const { renewTime, acquireTime, transitions } = lease;
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name,
      namespace,
      annotations,
      labels,
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
    spec: {
      ...(holder === '' ? {} : { holderIdentity: holder }),
      ...(durationSeconds > 0 ? { leaseDurationSeconds: durationSeconds } : {}),
      ...(renewTime === '' ? {} : { renewTime }),
      ...(acquireTime === '' ? {} : { acquireTime }),
      leaseTransitions: transitions,
    },
  };
}
