import type { ConfigMapRecord } from '../../../facts/records.ts';
import { fieldsOf, textMap } from './json-fields.ts';
import { withLastApplied } from './last-applied.ts';
import { trimMeta } from './meta.ts';

/** Names that the projects' own manifests and charts give the configuration of DNS, kube-proxy and CNI. */
const networkingNames = [
  /^(rke2-)?coredns(-|$)/,
  /^kube-dns$/,
  /^node-?local-?dns(-|$)/,
  /^kube-proxy(-|$)/,
  /^(calico|canal|cilium|weave|antrea|kube-router|kindnet|ovn|ovnkube|azure-cni|azure-cns|azure-ip-masq)[-.a-z0-9]*$/,
  /^(rke2-)?(kube-)?flannel[-.a-z0-9]*$/,
  /^amazon-vpc-cni$/,
  /^(tigera|whereabouts|multus)[-.a-z0-9]*$/,
];
const longestValue = 64 * 1024;

export function isNetworkingConfigMap(name: string): boolean {
  return networkingNames.some((pattern) => pattern.test(name));
}

/** Null for every other ConfigMap: workloads keep all sorts of things there, and none of it is wanted here. */
export function trimConfigMap(raw: unknown): ConfigMapRecord | null {
  const object = fieldsOf(raw);
  const meta = trimMeta(object);
  if (meta === null || !isNetworkingConfigMap(meta.name)) return null;
  const values = Object.entries(textMap(object['data'])).filter(([, value]) => value.length <= longestValue);
  return { meta: withLastApplied(meta, object, 'ConfigMap'), data: Object.fromEntries(values) };
}
