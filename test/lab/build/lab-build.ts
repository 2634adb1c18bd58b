/** What a lab is made of, once everything is built. The folders belong to the cache: read them, never write to them. */
export interface LabBuild {
  /** `kubelab` (kube-apiserver, kubelet, kubectl, etcd, ... by name), `coredns`, `flanneld`, `cni-flannel`, `netpol`, `labkit`. */
  binDir: string;
  /** Folders that image layers are made of: `base` (system programs), `node` (Node.js 24), and one for each program. */
  layersDir: string;
  /** A containerd root with every image of `images` unpacked, ready to be hard-linked as a node's /var/lib/containerd. */
  seedDir: string;
  images: LabImages;
}

/** Names under which the nodes' containerd knows the images. */
export interface LabImages {
  pause: string;
  /** System programs and labkit: echo server, probe client. */
  tools: string;
  coredns: string;
  flannel: string;
  flannelCniPlugin: string;
  netpol: string;
  kubeProxy: string;
  /** System programs, labkit and Node.js 24. */
  nodeRuntime: string;
}
