/** What is expected of the product when a fault of the lab is injected. No word of this reaches the product. */
export interface Scenario {
  name: string;
  /** Name of the lab's fault. */
  fault: string;
  cause: string;
  /** Changes that the plan is allowed to make, as the audit log names them: `verb resource namespace/name`. */
  allowed: readonly RegExp[];
  /** Longest time from the fault to the opened incident, and to the card, seconds. */
  detectWithinS: number;
  cardWithinS: number;
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'coredns-corefile-broken',
    fault: 'coredns-corefile-broken',
    cause: 'coredns-config',
    allowed: [
      /^patch configmaps kube-system\/coredns$/,
      /^patch deployments kube-system\/coredns$/,
      /^delete pods kube-system\/coredns-/,
    ],
    detectWithinS: 60,
    cardWithinS: 120,
  },
  {
    name: 'cni-ds-not-scheduled',
    fault: 'cni-ds-not-scheduled',
    cause: 'cni-agent-not-scheduled',
    allowed: [/^patch daemonsets kube-flannel\/kube-flannel-ds$/],
    detectWithinS: 60,
    cardWithinS: 120,
  },
  {
    name: 'networkpolicy-blocks-dns',
    fault: 'networkpolicy-blocks-dns',
    cause: 'netpol-blocks-dns',
    allowed: [/^patch networkpolicies app\/restrict-egress$/],
    detectWithinS: 60,
    cardWithinS: 120,
  },
];
