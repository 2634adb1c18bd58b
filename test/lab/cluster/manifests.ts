import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabImages } from '../build/lab-build.ts';
import { dnsServiceAddress, nodeAddress, podCidr } from '../lab-addresses.ts';
import { controlNode } from '../lab-names.ts';
import type { LabNetwork } from '../lab.ts';
import { fillIn } from '../machine/fill-in.ts';

const folder = join(import.meta.dirname, '../manifests');

/** What nodes need to become Ready. */
export const networkManifests = ['kube-proxy.yaml', 'flannel.yaml', 'netpol.yaml'] as const;
/** Applied once nodes are Ready: CoreDNS's replicas would both go to the first of them. */
export const workloadManifests = ['coredns.yaml', 'app.yaml'] as const;

/** What the two lists above roll out, as `namespace/name`. */
export const labWorkloads = [
  'kube-system/kube-proxy',
  'kube-flannel/kube-flannel-ds',
  'kube-system/netpol',
  'kube-system/coredns',
  'app/echo',
  'app/client',
] as const;

/** flannel's backend of that network (its Documentation/backends.md). */
const backends: Record<LabNetwork, string> = { vxlan: 'vxlan', routed: 'host-gw' };

/** Manifests filled in, as one text for kubectl. */
export async function manifestText(
  files: readonly string[],
  network: LabNetwork,
  images: LabImages,
): Promise<string> {
  const values = {
    POD_CIDR: podCidr,
    DNS_ADDRESS: dnsServiceAddress,
    CONTROL_ADDRESS: nodeAddress(controlNode),
    FLANNEL_BACKEND: backends[network],
    COREDNS_IMAGE: images.coredns,
    FLANNEL_IMAGE: images.flannel,
    FLANNEL_CNI_PLUGIN_IMAGE: images.flannelCniPlugin,
    KUBE_PROXY_IMAGE: images.kubeProxy,
    NETPOL_IMAGE: images.netpol,
    TOOLS_IMAGE: images.tools,
  };
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  return texts.map((text) => fillIn(text, values)).join('\n---\n');
}
