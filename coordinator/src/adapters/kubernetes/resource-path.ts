import type { ObjectKind, ObjectRef } from '../../domain/object-ref.ts';

interface Resource {
  base: string;
  plural: string;
  namespaced: boolean;
}

const resources: Record<ObjectKind, Resource> = {
  Node: { base: '/api/v1', plural: 'nodes', namespaced: false },
  Namespace: { base: '/api/v1', plural: 'namespaces', namespaced: false },
  Pod: { base: '/api/v1', plural: 'pods', namespaced: true },
  Service: { base: '/api/v1', plural: 'services', namespaced: true },
  ConfigMap: { base: '/api/v1', plural: 'configmaps', namespaced: true },
  DaemonSet: { base: '/apis/apps/v1', plural: 'daemonsets', namespaced: true },
  Deployment: { base: '/apis/apps/v1', plural: 'deployments', namespaced: true },
  EndpointSlice: { base: '/apis/discovery.k8s.io/v1', plural: 'endpointslices', namespaced: true },
  NetworkPolicy: { base: '/apis/networking.k8s.io/v1', plural: 'networkpolicies', namespaced: true },
};

/** Path of a collection; `namespace` null is the whole cluster. */
export function collectionPath(kind: ObjectKind, namespace: string | null): string {
  const { base, plural } = resources[kind];
  return namespace === null
    ? `${base}/${plural}`
    : `${base}/namespaces/${encodeURIComponent(namespace)}/${plural}`;
}

/** Path of one object. */
export function objectPath(ref: Pick<ObjectRef, 'kind' | 'namespace' | 'name'>): string {
  const { namespaced } = resources[ref.kind];
  return `${collectionPath(ref.kind, namespaced ? ref.namespace : null)}/${encodeURIComponent(ref.name)}`;
}
