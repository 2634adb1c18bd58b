import type { NewObject } from './apiserver/system-client.ts';
import type { ResourceKey } from './apiserver/resource-table.ts';
import type { AddressPlan } from './network/address-plan.ts';

/** The objects that a cluster made with flannel and CoreDNS holds, named as upstream names them. */

export interface NamedObject {
  resource: ResourceKey;
  object: NewObject;
}

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

export function nodeObject(name: string, index: number, plan: AddressPlan): NamedObject {
  const zone = `zone-${'abc'[index % 3] ?? 'a'}`;
  return {
    resource: 'nodes',
    object: {
      metadata: {
        name,
        labels: {
          'kubernetes.io/hostname': name,
          'kubernetes.io/os': 'linux',
          'kubernetes.io/arch': 'amd64',
          'topology.kubernetes.io/zone': zone,
          ...(index === 1 ? { 'node-role.kubernetes.io/control-plane': '' } : {}),
        },
      },
      spec: { podCIDR: plan.podCidr(index), podCIDRs: [plan.podCidr(index)] },
      status: {
        capacity: { cpu: '4', memory: '8Gi', pods: '110' },
        addresses: [
          { type: 'InternalIP', address: plan.nodeAddress(index) },
          { type: 'Hostname', address: name },
        ],
        nodeInfo: {
          kubeletVersion: 'v1.34.4',
          osImage: 'Debian GNU/Linux 12 (bookworm)',
          kernelVersion: '6.1.0',
          containerRuntimeVersion: 'containerd://1.7.27',
          architecture: 'amd64',
          operatingSystem: 'linux',
        },
      },
    },
  };
}

function namespace(name: string, labels: { [key: string]: string } = {}): NamedObject {
  return { resource: 'namespaces', object: { metadata: { name, labels } } };
}

function serviceAccount(inNamespace: string, name: string): NamedObject {
  return { resource: 'serviceaccounts', object: { metadata: { namespace: inNamespace, name } } };
}

function flannel(plan: AddressPlan): NamedObject[] {
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

function hostDaemon(name: string, image: string): NamedObject[] {
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

function coredns(plan: AddressPlan, dnsPort: number): NamedObject[] {
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

function workload(): NamedObject[] {
  const labels = { app: 'echo' };
  const ports = [
    { name: 'http', containerPort: 8080 },
    { name: 'tcp', containerPort: 7070 },
  ];
  return [
    serviceAccount('app', 'default'),
    {
      resource: 'deployments',
      object: {
        metadata: { name: 'echo', namespace: 'app', labels },
        spec: {
          replicas: 3,
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: { containers: [{ name: 'echo', image: 'registry.example.com/echo:1.4', ports }] },
          },
        },
      },
    },
    {
      resource: 'services',
      object: {
        metadata: { name: 'echo', namespace: 'app' },
        spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
      },
    },
  ];
}

/** What is there before any node is ready: namespaces, the CNI and the other host-network daemons. */
export function nodeLevelObjects(plan: AddressPlan, options: { enforcePolicies: boolean }): NamedObject[] {
  return [
    ...['default', 'kube-system', 'kube-public', 'kube-node-lease'].map((name) => namespace(name)),
    namespace('kube-flannel', { 'k8s-app': 'flannel', 'pod-security.kubernetes.io/enforce': 'privileged' }),
    namespace('app', { name: 'app' }),
    ...flannel(plan),
    ...hostDaemon('kube-proxy', 'registry.k8s.io/kube-proxy:v1.34.4'),
    kubeProxyConfig(plan),
    ...(options.enforcePolicies
      ? hostDaemon('kube-network-policies', 'registry.k8s.io/networking/kube-network-policies:v0.9.2')
      : []),
  ];
}

/** What is added once every node is ready, so that it spreads: CoreDNS and a workload. */
export function clusterLevelObjects(plan: AddressPlan, options: { dnsPort: number }): NamedObject[] {
  return [...coredns(plan, options.dnsPort), ...workload()];
}
