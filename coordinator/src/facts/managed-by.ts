import type { Meta } from './records.ts';

/** What of an object's metadata tells who manages it. */
export interface ManagementMarks {
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
  owners: readonly { apiVersion: string; kind: string; name: string; controller: boolean }[];
  /** Field managers that wrote it. */
  managers: readonly string[];
}

type Managed = NonNullable<Meta['managedBy']>;

/** Kinds of Kubernetes itself: an object that one of these owns is part of a workload, not an operator's. */
const BUILT_IN_GROUPS = /^(v1|apps\/|batch\/)/;

/** First that is there wins: a Flux HelmRelease also leaves Helm's marks, and Flux is where the source is. */
const KEYS: readonly { key: string; by: Managed['by']; what: string }[] = [
  { key: 'kustomize.toolkit.fluxcd.io/name', by: 'flux', what: 'Flux Kustomization' },
  { key: 'helm.toolkit.fluxcd.io/name', by: 'flux', what: 'Flux HelmRelease' },
  { key: 'argocd.argoproj.io/tracking-id', by: 'argo', what: 'Argo CD application' },
  { key: 'argocd.argoproj.io/instance', by: 'argo', what: 'Argo CD application' },
  { key: 'olm.owner', by: 'operator', what: 'operator' },
  { key: 'objectset.rio.cattle.io/id', by: 'addon-manager', what: 'k3s/RKE2 add-on' },
  { key: 'addons.k8s.io/source', by: 'addon-manager', what: 'add-on' },
  { key: 'addon.kops.k8s.io/name', by: 'addon-manager', what: 'kOps add-on' },
  { key: 'kubernetes.azure.com/managedby', by: 'cloud-provider', what: 'cloud provider' },
  { key: 'meta.helm.sh/release-name', by: 'helm', what: 'Helm release' },
];

function byOwner(owners: ManagementMarks['owners']): Managed | null {
  const owner = owners.find(({ apiVersion }) => !BUILT_IN_GROUPS.test(apiVersion));
  if (owner === undefined) return null;
  return { by: 'operator', detail: `${owner.kind} ${owner.name} (${owner.apiVersion})` };
}

/**
 * Who besides people manages an object and would put a change back; null for nobody known.
 * An add-on manager's `EnsureExists` leaves people's edits alone and does not count.
 */
export function managedByOf(marks: ManagementMarks): Managed | null {
  const owner = byOwner(marks.owners);
  if (owner !== null) return owner;
  for (const { key, by, what } of KEYS) {
    const value = marks.annotations[key] ?? marks.labels[key];
    if (value !== undefined) return { by, detail: value === '' ? what : `${what} ${value}` };
  }
  if (marks.labels['addonmanager.kubernetes.io/mode'] === 'Reconcile') {
    return { by: 'addon-manager', detail: 'kube-addon-manager (mode Reconcile)' };
  }
  if (marks.labels['app.kubernetes.io/managed-by'] === 'Helm') return { by: 'helm', detail: 'Helm' };
  if (marks.managers.includes('eks')) return { by: 'cloud-provider', detail: 'EKS add-on' };
  return null;
}
