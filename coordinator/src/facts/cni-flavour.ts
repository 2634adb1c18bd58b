import type { ClusterFacts } from './cluster-facts.ts';
import type { DaemonSetRecord } from './records.ts';

export type CniFlavour =
  | 'calico'
  | 'canal'
  | 'cilium'
  | 'flannel'
  | 'weave'
  | 'antrea'
  | 'kube-router'
  | 'aws-node'
  | 'azure-cni'
  | 'kindnet'
  | 'ovn-kubernetes'
  | 'kube-ovn';

interface FlavourMarks {
  flavour: CniFlavour;
  /** Names the project's own manifests and charts give the agent's DaemonSet. */
  names: RegExp;
  /** Values of the labels that name an application. */
  labels: readonly string[];
  /** Last part of the image repository. */
  images: readonly string[];
}

/** Most specific first: canal also runs the images of calico and flannel. */
const MARKS: readonly FlavourMarks[] = [
  { flavour: 'canal', names: /^(rke2-)?canal$/, labels: ['canal'], images: [] },
  {
    flavour: 'calico',
    names: /^calico-node(-|$)/,
    labels: ['calico-node'],
    images: ['calico-node', 'cnx-node'],
  },
  { flavour: 'cilium', names: /^(cilium|anetd)$/, labels: ['cilium'], images: ['cilium'] },
  { flavour: 'flannel', names: /^kube-flannel(-ds)?(-|$)/, labels: ['flannel'], images: ['flannel'] },
  { flavour: 'weave', names: /^weave-net$/, labels: ['weave-net'], images: ['weave-kube'] },
  { flavour: 'antrea', names: /^antrea-agent$/, labels: [], images: ['antrea-agent'] },
  { flavour: 'kube-router', names: /^kube-router$/, labels: ['kube-router'], images: ['kube-router'] },
  { flavour: 'aws-node', names: /^aws-node$/, labels: ['aws-node'], images: ['amazon-k8s-cni'] },
  {
    flavour: 'azure-cni',
    names: /^azure-cn[is]$/,
    labels: ['azure-cns', 'azure-cni'],
    images: ['azure-cns'],
  },
  { flavour: 'kindnet', names: /^kindnet$/, labels: ['kindnet'], images: ['kindnetd'] },
  { flavour: 'ovn-kubernetes', names: /^ovnkube-node(-|$)/, labels: ['ovnkube-node'], images: [] },
  { flavour: 'kube-ovn', names: /^kube-ovn-cni$/, labels: ['kube-ovn-cni'], images: [] },
];

const APPLICATION_LABELS = ['k8s-app', 'app', 'app.kubernetes.io/name', 'name'];

/** Last part of the repository: `quay.io/calico/node:v3` gives `node`, a digest or tag is left out. */
function imageName(image: string): { name: string; owner: string } {
  const path = (image.split('@')[0] ?? '').split('/');
  const name = (path.at(-1) ?? '').split(':')[0] ?? '';
  return { name, owner: path.at(-2) ?? '' };
}

function runsImage(daemonSet: DaemonSetRecord, marks: FlavourMarks): boolean {
  return daemonSet.template.images.some((image) => {
    const { name, owner } = imageName(image);
    if (marks.flavour === 'calico' && owner === 'calico' && name === 'node') return true;
    return marks.images.includes(name);
  });
}

/** The CNI whose node agent this DaemonSet is; null for any other DaemonSet. */
export function cniFlavourOf(daemonSet: DaemonSetRecord): CniFlavour | null {
  const { name, labels } = daemonSet.meta;
  const applications = APPLICATION_LABELS.flatMap((key) => [labels[key], daemonSet.template.labels[key]]);
  for (const marks of MARKS) if (marks.names.test(name)) return marks.flavour;
  for (const marks of MARKS) {
    // A label alone also marks side components (exporters, metrics); the host network marks the agent.
    const labelled = applications.some((value) => value !== undefined && marks.labels.includes(value));
    if (daemonSet.template.hostNetwork && (labelled || runsImage(daemonSet, marks))) return marks.flavour;
  }
  return null;
}

/** One CNI found in the cluster with the DaemonSets of its node agent (flannel may have one per architecture). */
export interface CniAgents {
  flavour: CniFlavour;
  daemonSets: DaemonSetRecord[];
}

/** Every CNI with an agent DaemonSet; empty for none (k3s, or a CNI without one) and where DaemonSets are unknown. */
export function cniAgents(facts: ClusterFacts): CniAgents[] {
  const found = new Map<CniFlavour, DaemonSetRecord[]>();
  for (const daemonSet of facts.daemonSets) {
    const flavour = cniFlavourOf(daemonSet);
    if (flavour !== null) found.set(flavour, [...(found.get(flavour) ?? []), daemonSet]);
  }
  return [...found].map(([flavour, daemonSets]) => ({ flavour, daemonSets }));
}
