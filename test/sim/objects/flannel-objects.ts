import type { AddressPlan } from '../network/address-plan.ts';
import { type NamedObject, serviceAccount } from './named-object.ts';

/** flannel as its manifest installs it: configuration and DaemonSet. */
export function flannelObjects(plan: AddressPlan): NamedObject[] {
  const labels = { tier: 'node', app: 'flannel' };
  return [
    serviceAccount('kube-flannel', 'flannel'),
    {
      resource: 'configmaps',
      object: {
        metadata: {
          name: 'kube-flannel-cfg',
          namespace: 'kube-flannel',
          labels: { ...labels, 'k8s-app': 'flannel' },
        },
        data: {
          'cni-conf.json': JSON.stringify(
            {
              name: 'cbr0',
              cniVersion: '0.3.1',
              plugins: [
                { type: 'flannel', delegate: { hairpinMode: true, isDefaultGateway: true } },
                { type: 'portmap', capabilities: { portMappings: true } },
              ],
            },
            null,
            2,
          ),
          'net-conf.json': JSON.stringify(
            { Network: plan.podNetwork, EnableNFTables: false, Backend: { Type: 'vxlan' } },
            null,
            2,
          ),
        },
      },
    },
    {
      resource: 'daemonsets',
      object: {
        metadata: {
          name: 'kube-flannel-ds',
          namespace: 'kube-flannel',
          labels: { ...labels, 'k8s-app': 'flannel' },
        },
        spec: {
          selector: { matchLabels: { app: 'flannel' } },
          template: {
            metadata: { labels },
            spec: {
              affinity: {
                nodeAffinity: {
                  requiredDuringSchedulingIgnoredDuringExecution: {
                    nodeSelectorTerms: [
                      { matchExpressions: [{ key: 'kubernetes.io/os', operator: 'In', values: ['linux'] }] },
                    ],
                  },
                },
              },
              hostNetwork: true,
              priorityClassName: 'system-node-critical',
              tolerations: [{ operator: 'Exists', effect: 'NoSchedule' }],
              serviceAccountName: 'flannel',
              containers: [
                {
                  name: 'kube-flannel',
                  image: 'ghcr.io/flannel-io/flannel:v0.28.1',
                  command: ['/opt/bin/flanneld'],
                  args: ['--ip-masq', '--kube-subnet-mgr'],
                  volumeMounts: [{ name: 'flannel-cfg', mountPath: '/etc/kube-flannel/' }],
                },
              ],
              volumes: [{ name: 'flannel-cfg', configMap: { name: 'kube-flannel-cfg' } }],
            },
          },
        },
      },
    },
  ];
}
