import type { AddressPlan } from '../network/address-plan.ts';
import { type NamedObject, serviceAccount } from './named-object.ts';

/** As kubeadm writes it. */
export const COREFILE = `.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30
    loop
    reload
    loadbalance
}
`;

/** CoreDNS as kubeadm installs it: Corefile, Deployment, Service. */
export function corednsObjects(plan: AddressPlan, dnsPort: number): NamedObject[] {
  const labels = { 'k8s-app': 'kube-dns' };
  const ports = [
    { containerPort: dnsPort, name: 'dns', protocol: 'UDP' },
    { containerPort: dnsPort, name: 'dns-tcp', protocol: 'TCP' },
    { containerPort: 9153, name: 'metrics', protocol: 'TCP' },
  ];
  const term = {
    labelSelector: { matchExpressions: [{ key: 'k8s-app', operator: 'In', values: ['kube-dns'] }] },
    topologyKey: 'kubernetes.io/hostname',
  };
  return [
    serviceAccount('kube-system', 'coredns'),
    {
      resource: 'configmaps',
      object: { metadata: { name: 'coredns', namespace: 'kube-system' }, data: { Corefile: COREFILE } },
    },
    {
      resource: 'deployments',
      object: {
        metadata: {
          name: 'coredns',
          namespace: 'kube-system',
          labels: { ...labels, 'kubernetes.io/name': 'CoreDNS' },
        },
        spec: {
          replicas: 2,
          strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: {
              priorityClassName: 'system-cluster-critical',
              serviceAccountName: 'coredns',
              dnsPolicy: 'Default',
              tolerations: [
                { key: 'CriticalAddonsOnly', operator: 'Exists' },
                { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' },
              ],
              affinity: {
                podAntiAffinity: {
                  preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }],
                },
              },
              containers: [
                {
                  name: 'coredns',
                  image: 'registry.k8s.io/coredns/coredns:v1.12.1',
                  args: ['-conf', '/etc/coredns/Corefile'],
                  ports,
                  livenessProbe: { httpGet: { path: '/health', port: 8080 }, initialDelaySeconds: 60 },
                  readinessProbe: { httpGet: { path: '/ready', port: 8181 } },
                  volumeMounts: [{ name: 'config-volume', mountPath: '/etc/coredns', readOnly: true }],
                },
              ],
              volumes: [
                {
                  name: 'config-volume',
                  configMap: { name: 'coredns', items: [{ key: 'Corefile', path: 'Corefile' }] },
                },
              ],
            },
          },
        },
      },
    },
    {
      resource: 'services',
      object: {
        metadata: {
          name: 'kube-dns',
          namespace: 'kube-system',
          labels: { ...labels, 'kubernetes.io/cluster-service': 'true', 'kubernetes.io/name': 'CoreDNS' },
        },
        spec: {
          selector: labels,
          clusterIP: plan.dnsServiceAddress,
          ports: [
            { name: 'dns', port: dnsPort, protocol: 'UDP' },
            { name: 'dns-tcp', port: dnsPort, protocol: 'TCP' },
            { name: 'metrics', port: 9153, protocol: 'TCP' },
          ],
        },
      },
    },
  ];
}
