import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import { timestamp } from '../apiserver/write-context.ts';
import type { ContainerLog } from '../apiserver/pod-log.ts';
import { storedAs } from '../apiserver/stored-kinds.ts';
import type { Condition, Pod } from '../apiserver/stored-pods.ts';
import type { SystemClient } from '../apiserver/system-client.ts';
import { createEventRecorder } from './event-recorder.ts';
import type { NodeMachine } from './node-machine.ts';
import type { ProgramLookup } from './pod-program.ts';
import type { PodWorker } from './pod-worker.ts';
import { createPodWorker } from './pod-worker.ts';
import type { Timing } from './timing.ts';

/** The kubelet of one node: its pods and its conditions. */
export interface Kubelet {
  log(pod: Pod, container: string, previous: boolean): ContainerLog;
  /** Every sandbox of the node is lost and made anew, and the CNI state with it. */
  reboot(): void;
  stop(): void;
}

export interface KubeletDeps {
  client: SystemClient;
  clock: Clock;
  timing: Timing;
  machine: NodeMachine;
  programs: ProgramLookup;
}

const NOT_READY =
  'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized';

export function startKubelet(deps: KubeletDeps): Kubelet {
  const { client, clock, machine, timing } = deps;
  const events = createEventRecorder(client, clock, { component: 'kubelet', host: machine.name });
  const workers = new Map<string, PodWorker>();

  function conditions(): Condition[] {
    const now = timestamp(clock.nowMs());
    const node = client.get('nodes', '', machine.name);
    const ready = machine.cni().configured;
    const wanted: Condition[] = [
      {
        type: 'MemoryPressure',
        status: 'False',
        reason: 'KubeletHasSufficientMemory',
        message: 'kubelet has sufficient memory available',
      },
      {
        type: 'DiskPressure',
        status: 'False',
        reason: 'KubeletHasNoDiskPressure',
        message: 'kubelet has no disk pressure',
      },
      {
        type: 'PIDPressure',
        status: 'False',
        reason: 'KubeletHasSufficientPID',
        message: 'kubelet has sufficient PID available',
      },
      ready
        ? {
            type: 'Ready',
            status: 'True',
            reason: 'KubeletReady',
            message: 'kubelet is posting ready status',
          }
        : { type: 'Ready', status: 'False', reason: 'KubeletNotReady', message: NOT_READY },
    ];
    const others = (node?.status.conditions ?? []).filter(
      (known) => !wanted.some((item) => item.type === known.type),
    );
    return [
      ...others,
      ...wanted.map((item) => {
        const known = node?.status.conditions?.find((candidate) => candidate.type === item.type);
        const at = known?.status === item.status ? (known.lastTransitionTime ?? now) : now;
        return { ...item, lastHeartbeatTime: now, lastTransitionTime: at };
      }),
    ];
  }

  function writeNodeStatus(): void {
    const node = client.get('nodes', '', machine.name);
    if (node === undefined) return;
    const before = node.status.conditions?.find((condition) => condition.type === 'Ready')?.status;
    client.replaceStatus(
      'nodes',
      { namespace: '', name: machine.name },
      { ...node.status, conditions: conditions() },
      'kubelet',
    );
    const ready = machine.cni().configured;
    if (before === (ready ? 'True' : 'False')) return;
    const reason = ready ? 'NodeReady' : 'NodeNotReady';
    events.record(
      { apiVersion: 'v1', kind: 'Node', metadata: { name: machine.name, uid: machine.name } },
      'Normal',
      reason,
      `Node ${machine.name} status is now: ${reason}`,
    );
  }

  function observe(pod: Pod): void {
    if (pod.spec.nodeName !== machine.name) return;
    const { uid } = pod.metadata;
    const known = workers.get(uid);
    if (known !== undefined) return known.observe(pod);
    const worker = createPodWorker({ ...deps, events }, pod);
    workers.set(uid, worker);
    worker.observe(pod);
  }

  for (const pod of client.list('pods')) observe(pod);
  machine.onChange(() => void clock.after(timing.nodeStatusMs, writeNodeStatus));
  clock.after(timing.kubeletMs, writeNodeStatus);
  const unsubscribe = client.subscribe((event) => {
    if (event.resource === 'pods') {
      const pod = storedAs('pods', event.object);
      if (event.type !== 'DELETED') observe(pod);
      else {
        workers.get(pod.metadata.uid)?.abandon();
        workers.delete(pod.metadata.uid);
        machine.ipam.release(pod.metadata.uid);
      }
    }
    if (event.resource === 'configmaps')
      for (const worker of workers.values()) worker.configMapChanged(event.object.metadata.name);
  });

  return {
    log: (pod, container, previous) =>
      workers.get(pod.metadata.uid)?.log(container, previous) ?? {
        type: 'waiting',
        reason: 'ContainerCreating',
      },
    reboot() {
      machine.loseCni();
      for (const worker of workers.values()) worker.loseSandbox();
    },
    stop() {
      unsubscribe();
      for (const worker of workers.values()) worker.abandon();
    },
  };
}
