import type { AddressPlan } from '../network/address-plan.ts';
import { type NamedObject, serviceAccount } from './named-object.ts';

/** A DaemonSet of kube-system on the nodes' own network. */
export function hostDaemonObjects(name: string, image: string): NamedObject[] {
  const labels = { 'k8s-app': name };
  return [
    serviceAccount('kube-system', name),
    {
      resource: 'daemonsets',
      object: {
        metadata: { name, namespace: 'kube-system', labels },
        spec: {
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: {
              hostNetwork: true,
              priorityClassName: 'system-node-critical',
              tolerations: [{ operator: 'Exists' }],
              serviceAccountName: name,
              nodeSelector: { 'kubernetes.io/os': 'linux' },
              containers: [{ name, image }],
            },
          },
        },
      },
    },
  ];
}

/** kube-proxy as kubeadm installs it. */
export function kubeProxyObjects(plan: AddressPlan): NamedObject[] {
  return [...hostDaemonObjects('kube-proxy', 'registry.k8s.io/kube-proxy:v1.34.4'), kubeProxyConfig(plan)];
}

function kubeProxyConfig(plan: AddressPlan): NamedObject {
  const config = `apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: iptables\nclusterCIDR: ${plan.podNetwork}\n`;
  return {
    resource: 'configmaps',
    object: {
      metadata: { name: 'kube-proxy', namespace: 'kube-system', labels: { app: 'kube-proxy' } },
      data: { 'config.conf': config },
    },
  };
}
