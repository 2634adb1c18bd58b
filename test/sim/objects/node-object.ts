import type { AddressPlan } from '../network/address-plan.ts';
import type { NamedObject } from './named-object.ts';

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
