/** Changes as the audit log names them: `verb resource namespace/name`. */
export const corefile = /^patch configmaps kube-system\/coredns$/;
export const corednsDeployment = /^patch deployments kube-system\/coredns$/;
export const corednsScale = /^patch deployments\/scale kube-system\/coredns$/;
export const corednsPods = /^delete pods kube-system\/coredns-/;
export const flannelDaemonSet = /^patch daemonsets kube-flannel\/kube-flannel-ds$/;
export const flannelPods = /^delete pods kube-flannel\/kube-flannel-ds-/;
export const flannelConfig = /^patch configmaps kube-flannel\/kube-flannel-cfg$/;
export const kubeProxyDaemonSet = /^patch daemonsets kube-system\/kube-proxy$/;
export const kubeProxyPods = /^delete pods kube-system\/kube-proxy-/;

/** A policy of the workload namespace; `name` is a pattern. */
export function policy(name: string): RegExp {
  return new RegExp(`^patch networkpolicies app/${name}$`);
}
