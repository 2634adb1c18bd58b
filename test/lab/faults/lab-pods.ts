import { z } from 'zod';
import type { Lab } from '../lab.ts';
import { quickly } from './change-objects.ts';
import { until } from './until.ts';

const ContainerStatus = z.object({
  ready: z.boolean(),
  state: z.object({ waiting: z.object({ reason: z.string().default('') }).optional() }).default({}),
  lastState: z.object({ terminated: z.object({ reason: z.string().default('') }).optional() }).default({}),
});
const PodList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({
        namespace: z.string(),
        name: z.string(),
        uid: z.string(),
        deletionTimestamp: z.string().optional(),
      }),
      spec: z.object({ nodeName: z.string().optional(), hostNetwork: z.boolean().default(false) }),
      status: z.object({
        phase: z.string().default(''),
        podIP: z.string().optional(),
        initContainerStatuses: z.array(ContainerStatus).default([]),
        containerStatuses: z.array(ContainerStatus).default([]),
      }),
    }),
  ),
});

export interface LabPod {
  namespace: string;
  name: string;
  uid: string;
  /** '' while no node was chosen. */
  node: string;
  ip: string | null;
  hostNetwork: boolean;
  ready: boolean;
  /** Why it is not ready, in the kubelet's words; its phase when there are none. */
  state: string;
}

/** Pods that are not being deleted, of one namespace or (null) of all. */
export async function podsOf(
  lab: Lab,
  namespace: string | null,
  where: { selector?: string; node?: string } = {},
): Promise<LabPod[]> {
  const output = await lab.kubectl(
    [
      'get',
      'pod',
      ...(namespace === null ? ['-A'] : ['-n', namespace]),
      ...(where.selector === undefined ? [] : ['-l', where.selector]),
      ...(where.node === undefined ? [] : ['--field-selector', `spec.nodeName=${where.node}`]),
      '-o',
      'json',
    ],
    quickly,
  );
  return PodList.parse(JSON.parse(output))
    .items.filter((pod) => pod.metadata.deletionTimestamp === undefined)
    .map(({ metadata, spec, status }) => {
      const containers = [...status.initContainerStatuses, ...status.containerStatuses];
      const waiting = containers.map((c) => c.state.waiting?.reason ?? '').find((reason) => reason !== '');
      const ended = containers
        .map((c) => c.lastState.terminated?.reason ?? '')
        .find((reason) => reason !== '');
      const ready =
        status.phase === 'Running' && status.containerStatuses.every((container) => container.ready);
      return {
        namespace: metadata.namespace,
        name: metadata.name,
        uid: metadata.uid,
        node: spec.nodeName ?? '',
        ip: status.podIP ?? null,
        hostNetwork: spec.hostNetwork,
        ready,
        state: ready
          ? 'Ready'
          : [waiting ?? status.phase, ended].filter((text) => text !== undefined).join(', last '),
      };
    });
}

/** Ends pods at once; what owns them makes new ones. */
export async function deletePods(lab: Lab, pods: readonly LabPod[]): Promise<void> {
  for (const pod of pods) {
    await lab.kubectl(
      [
        '-n',
        pod.namespace,
        'delete',
        'pod',
        pod.name,
        '--grace-period=1',
        '--wait=false',
        '--ignore-not-found',
      ],
      quickly,
    );
  }
}

/** Deletes the pods of a workload, on one node or everywhere, and waits until all of them are gone. */
export async function renewPods(lab: Lab, namespace: string, selector: string, node?: string): Promise<void> {
  const old = await podsOf(lab, namespace, node === undefined ? { selector } : { selector, node });
  await deletePods(lab, old);
  const uids = new Set(old.map((pod) => pod.uid));
  await until(`the old pods ${selector} to go`, 40_000, async () => {
    const names = await lab.kubectl(
      ['-n', namespace, 'get', 'pod', '-l', selector, '-o', 'jsonpath={.items[*].metadata.uid}'],
      quickly,
    );
    return !names.split(' ').some((uid) => uids.has(uid));
  });
}
