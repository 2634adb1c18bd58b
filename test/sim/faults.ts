import { isObject, objectAt, stringAt } from './apiserver/json-value.ts';
import type { Person } from './person.ts';
import type { SimCluster } from './sim-cluster.ts';

/**
 * What goes wrong in scenarios, done the way it happens: by a person through the API, or by the network or a node under
 * it. None of these leaves a mark that tells what was done.
 */

/** A slip in the Corefile (`ready` becomes `redy`), and the CoreDNS pods are restarted. */
export async function breakCorefile(cluster: SimCluster, person: Person): Promise<void> {
  await person.edit('configmaps', 'kube-system', 'coredns', (object) => {
    const data = objectAt(object, 'data');
    data['Corefile'] = (stringAt(data, 'Corefile') ?? '').replace(/^( +)ready$/m, '$1redy');
  });
  for (const pod of await person.list('pods', 'kube-system', 'k8s-app=kube-dns')) {
    await person.delete('pods', 'kube-system', stringAt(pod, 'metadata', 'name') ?? '', 1);
  }
}

/** The CNI DaemonSet gets a nodeSelector that one node does not match; that node then loses its CNI state. */
export async function leaveNodeOutOfCni(cluster: SimCluster, person: Person, node: string): Promise<void> {
  const label = 'network.example.com/flannel';
  for (const name of cluster.nodeNames) {
    if (name !== node)
      await person.patch('nodes', '', name, { metadata: { labels: { [label]: 'enabled' } } });
  }
  await person.edit('daemonsets', 'kube-flannel', 'kube-flannel-ds', (object) => {
    const spec = objectAt(object, 'spec', 'template', 'spec');
    spec['nodeSelector'] = {
      ...(isObject(spec['nodeSelector']) ? spec['nodeSelector'] : {}),
      [label]: 'enabled',
    };
  });
  const left = (): boolean =>
    !cluster.client.list('pods', 'kube-flannel').some((pod) => pod.spec.nodeName === node);
  await cluster.until(`the CNI agent has left ${node}`, left);
  cluster.machine(node).loseCni();
}

/** An egress policy that allows everything inside the namespace and forgets DNS. */
export async function forgetDnsInPolicy(person: Person, namespace: string): Promise<void> {
  await person.create('networkpolicies', {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'restrict-egress', namespace },
    spec: { podSelector: {}, policyTypes: ['Egress'], egress: [{ to: [{ podSelector: {} }] }] },
  });
}

/** The pod network of one node is gone until the returned function is called. */
export function blipPodNetwork(cluster: SimCluster, node: string): () => void {
  return cluster.network.connectivity.cutNode(node, 'pod-network');
}

/** Leaked reservations fill the node's range, and a workload wants new pods there. Returns what clears the leaks. */
export async function exhaustAddresses(
  cluster: SimCluster,
  person: Person,
  node: string,
): Promise<() => void> {
  cluster.machine(node).ipam.leakAll();
  await person.create('deployments', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'worker', namespace: 'app', labels: { app: 'worker' } },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'worker' } },
      template: {
        metadata: { labels: { app: 'worker' } },
        spec: {
          nodeSelector: { 'kubernetes.io/hostname': node },
          containers: [{ name: 'worker', image: 'registry.example.com/worker:2.0' }],
        },
      },
    },
  });
  return () => cluster.machine(node).ipam.clearLeaks();
}
