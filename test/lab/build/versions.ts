import type { LabImages } from './lab-build.ts';

/** As pinned by the go.mod files under ../src. */
export const kubernetesVersion = 'v1.34.4';
export const flannelVersion = 'v0.28.10';
export const flannelCniPluginVersion = 'v0.9.1';
export const coreDnsVersion = '1.15.0';

export const labImages: LabImages = {
  pause: 'lab.test/pause:1',
  tools: 'lab.test/tools:1',
  coredns: `lab.test/coredns:${coreDnsVersion}`,
  flannel: `lab.test/flannel:${flannelVersion}`,
  flannelCniPlugin: `lab.test/flannel-cni-plugin:${flannelCniPluginVersion}`,
  netpol: 'lab.test/netpol:1',
  kubeProxy: `lab.test/kube-proxy:${kubernetesVersion}`,
  nodeRuntime: 'lab.test/node-runtime:24',
};
