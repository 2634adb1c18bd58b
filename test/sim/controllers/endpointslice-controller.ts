import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import { sameJson } from '../apiserver/json-value.ts';
import type { JsonValue } from '../apiserver/json-value.ts';
import { selects } from '../apiserver/label-selector.ts';
import type { Endpoint, Service, ServicePort } from '../apiserver/stored-kinds.ts';
import type { Pod } from '../apiserver/stored-pods.ts';
import type { SystemClient } from '../apiserver/system-client.ts';
import { isReady, isTerminating } from './pod-readiness.ts';
import type { Reconciler } from './reconciler.ts';
import { createReconciler, keyOf, parseKey } from './reconciler.ts';

const MANAGER = 'kube-controller-manager';

function endpointOf(pod: Pod, service: Service): Endpoint {
  const terminating = isTerminating(pod);
  const serving = isReady(pod);
  return {
    addresses: [pod.status.podIP ?? ''],
    conditions: {
      ready: service.spec.publishNotReadyAddresses === true || (serving && !terminating),
      serving,
      terminating,
    },
    ...(pod.spec.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
    targetRef: {
      kind: 'Pod',
      namespace: pod.metadata.namespace ?? '',
      name: pod.metadata.name,
      uid: pod.metadata.uid,
    },
  };
}

/** A Service port's target on one pod: a number, or the container port of that name and protocol. */
export function targetPortOn(pod: Pod, port: ServicePort): number | undefined {
  if (typeof port.targetPort === 'number') return port.targetPort;
  const ports = pod.spec.containers.flatMap((container) => container.ports ?? []);
  return ports.find((item) => item.name === port.targetPort && (item.protocol ?? 'TCP') === port.protocol)
    ?.containerPort;
}

function slicePorts(
  service: Service,
  pods: readonly Pod[],
): { name: string; port: number; protocol: string }[] {
  return (service.spec.ports ?? []).flatMap((port) => {
    const [pod] = pods;
    const target =
      typeof port.targetPort === 'number'
        ? port.targetPort
        : pod === undefined
          ? undefined
          : targetPortOn(pod, port);
    return target === undefined ? [] : [{ name: port.name ?? '', port: target, protocol: port.protocol }];
  });
}

function reconcile(client: SystemClient, key: string): void {
  const { namespace, name } = parseKey(key);
  const service = client.get('services', namespace, name);
  const known = client
    .list('endpointslices', namespace)
    .find((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === name);
  if (service === undefined || service.spec.selector === undefined) {
    if (service === undefined && known !== undefined)
      client.delete('endpointslices', { namespace, name: known.metadata.name });
    return;
  }
  const selector = { matchLabels: service.spec.selector };
  const pods = client
    .list('pods', namespace)
    .filter(
      (pod) =>
        selects(selector, pod.metadata.labels) &&
        pod.status.podIP !== undefined &&
        pod.status.phase !== 'Failed' &&
        pod.status.phase !== 'Succeeded',
    );
  const endpoints = pods.map((pod) => endpointOf(pod, service));
  const ports = slicePorts(service, pods);
  if (known === undefined) {
    const { uid } = service.metadata;
    const metadata = {
      generateName: `${name}-`,
      namespace,
      labels: {
        'kubernetes.io/service-name': name,
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      },
      ownerReferences: [
        { apiVersion: 'v1', kind: 'Service', name, uid, controller: true, blockOwnerDeletion: true },
      ],
    };
    client.create('endpointslices', { metadata, addressType: 'IPv4', endpoints, ports }, MANAGER);
    return;
  }
  // Stored endpoints are JSON.
  if (sameJson((known.endpoints ?? []) as unknown as JsonValue, endpoints as unknown as JsonValue)) return;
  client.patch(
    'endpointslices',
    { namespace, name: known.metadata.name },
    { endpoints, ports },
    { manager: MANAGER },
  );
}

/** One EndpointSlice a Service: ready, serving and terminating as the pods are. */
export function startEndpointSliceController(
  client: SystemClient,
  clock: Clock,
  delayMs: number,
): Reconciler {
  const reconciler = createReconciler(clock, delayMs, (key) => reconcile(client, key));
  client.subscribe((event) => {
    if (event.resource === 'services') reconciler.enqueue(keyOf(event.object));
    if (event.resource !== 'pods') return;
    for (const service of client.list('services', event.object.metadata.namespace ?? '')) {
      const selector = service.spec.selector;
      if (selector === undefined) continue;
      const labels = [event.object.metadata.labels, event.previous?.metadata.labels];
      if (labels.some((set) => set !== undefined && selects({ matchLabels: selector }, set)))
        reconciler.enqueue(keyOf(service));
    }
  });
  return reconciler;
}
