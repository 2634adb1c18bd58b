import type { AddressPlan } from '../network/address-plan.ts';
import { corednsObjects } from './coredns-objects.ts';
import { echoObjects } from './echo-objects.ts';
import { flannelObjects } from './flannel-objects.ts';
import { hostDaemonObjects, kubeProxyObjects } from './host-daemon-objects.ts';
import { type NamedObject, namespace } from './named-object.ts';

/** What is there before any node is ready: namespaces, the CNI and the other host-network daemons. */
export function nodeLevelObjects(plan: AddressPlan, options: { enforcePolicies: boolean }): NamedObject[] {
  return [
    ...['default', 'kube-system', 'kube-public', 'kube-node-lease'].map((name) => namespace(name)),
    namespace('kube-flannel', { 'k8s-app': 'flannel', 'pod-security.kubernetes.io/enforce': 'privileged' }),
    namespace('app', { name: 'app' }),
    ...flannelObjects(plan),
    ...kubeProxyObjects(plan),
    ...(options.enforcePolicies
      ? hostDaemonObjects('kube-network-policies', 'registry.k8s.io/networking/kube-network-policies:v0.9.2')
      : []),
  ];
}

/** What is added once every node is ready, so that it spreads: CoreDNS and a workload. */
export function clusterLevelObjects(plan: AddressPlan, options: { dnsPort: number }): NamedObject[] {
  return [...corednsObjects(plan, options.dnsPort), ...echoObjects()];
}
