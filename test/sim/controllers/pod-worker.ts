import { createHash } from 'node:crypto';
import type { Clock, Timer } from '@pathmedic/shared/runtime/clock.ts';
import { timestamp } from '../apiserver/write-context.ts';
import type { ContainerLog } from '../apiserver/pod-log.ts';
import type { Condition, Pod, PodStatus } from '../apiserver/stored-pods.ts';
import type { SystemClient } from '../apiserver/system-client.ts';
import type { ContainerRuntime } from './container-runtime.ts';
import { createContainerRuntime } from './container-runtime.ts';
import type { EventRecorder } from './event-recorder.ts';
import type { NodeMachine } from './node-machine.ts';
import type { ProgramLookup } from './pod-program.ts';
import { idleProgram } from './pod-program.ts';
import type { Timing } from './timing.ts';

/** One pod on one node, from sandbox to removal. */
export interface PodWorker {
  /** The API object changed: it is to be deleted, or somebody else wrote a status that the next sync puts right. */
  observe(pod: Pod): void;
  /** A mounted ConfigMap changed in the API. */
  configMapChanged(name: string): void;
  /** The sandbox is lost, as when the node reboots; everything starts again. */
  loseSandbox(): void;
  log(container: string, previous: boolean): ContainerLog;
  /** The cluster stops: programs end, nothing is written. */
  abandon(): void;
}

export interface PodWorkerDeps {
  client: SystemClient;
  clock: Clock;
  timing: Timing;
  events: EventRecorder;
  machine: NodeMachine;
  programs: ProgramLookup;
}

const CNI_MISSING =
  'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized';

function readyIn(status: PodStatus): string | undefined {
  return status.conditions?.find((condition) => condition.type === 'Ready')?.status;
}

export function createPodWorker(deps: PodWorkerDeps, first: Pod): PodWorker {
  const { client, clock, events, machine, timing } = deps;
  const of = { namespace: first.metadata.namespace ?? '', name: first.metadata.name };
  const { uid } = first.metadata;
  const hostNetwork = first.spec.hostNetwork === true;
  const mounts = new Map<string, { [key: string]: string }>();
  const since = new Map<string, string>();
  const startTime = timestamp(clock.nowMs());
  let runtimes: ContainerRuntime[] = [];
  let address: string | undefined;
  let terminating = false;
  let gone = false;
  let timer: Timer | undefined;

  function readMount(name: string): { [key: string]: string } {
    return { ...client.get('configmaps', of.namespace, name)?.data };
  }

  function condition(type: string, holds: boolean, reason?: string, message?: string): Condition {
    const status = holds ? 'True' : 'False';
    const key = `${type}=${status}`;
    const at = since.get(key) ?? timestamp(clock.nowMs());
    since.delete(`${type}=${holds ? 'False' : 'True'}`);
    since.set(key, at);
    return {
      type,
      status,
      lastTransitionTime: at,
      ...(holds || reason === undefined ? {} : { reason }),
      ...(holds || message === undefined ? {} : { message }),
    };
  }

  function status(): PodStatus {
    const statuses = runtimes.map((runtime) => runtime.status());
    const waiting = first.spec.containers.map((container) => ({
      name: container.name,
      image: container.image,
      imageID: '',
      ready: false,
      started: false,
      restartCount: 0,
      state: { waiting: { reason: 'ContainerCreating' } },
    }));
    const shown = statuses.length > 0 ? statuses : waiting;
    const unready = shown.filter((container) => !container.ready).map((container) => container.name);
    const why = unready.length === 0 ? undefined : `containers with unready status: [${unready.join(' ')}]`;
    const started = shown.every((container) => container.state.waiting?.reason !== 'ContainerCreating');
    const shownAddress = address ?? (hostNetwork ? machine.hostAddress : undefined);
    return {
      phase: started ? 'Running' : 'Pending',
      conditions: [
        condition('PodReadyToStartContainers', runtimes.length > 0),
        condition('Initialized', true),
        condition('Ready', unready.length === 0, 'ContainersNotReady', why),
        condition('ContainersReady', unready.length === 0, 'ContainersNotReady', why),
        condition('PodScheduled', true),
      ],
      hostIP: machine.hostAddress,
      ...(shownAddress === undefined ? {} : { podIP: shownAddress }),
      startTime,
      containerStatuses: shown,
    };
  }

  function write(): void {
    const current = client.get('pods', of.namespace, of.name);
    if (gone || current === undefined || current.metadata.uid !== uid) return;
    client.replaceStatus('pods', of, { ...status(), qosClass: 'BestEffort' }, 'kubelet');
  }

  function retry(reason: string, message: string): void {
    events.record(first, 'Warning', reason, message);
    timer = clock.after(timing.sandboxRetryMs, createSandbox);
  }

  function createSandbox(): void {
    if (terminating || gone) return;
    if (!hostNetwork) {
      if (!machine.cni().configured) return retry('NetworkNotReady', `network is not ready: ${CNI_MISSING}`);
      const allocation = machine.ipam.allocate(uid);
      if (allocation.type === 'exhausted') {
        const sandbox = createHash('sha256').update(`${uid}${clock.nowMs()}`).digest('hex');
        const why = `failed to allocate for range 0: no IP addresses available in range set: ${allocation.range}`;
        return retry(
          'FailedCreatePodSandBox',
          `Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "${sandbox}": plugin type="flannel" failed (add): failed to delegate add: ${why}`,
        );
      }
      address = allocation.address;
    } else address = machine.hostAddress;
    timer = clock.after(timing.sandboxMs, startContainers);
  }

  function startContainers(): void {
    const own = address;
    if (terminating || gone || own === undefined) return;
    for (const volume of first.spec.volumes ?? []) {
      const name = volume.configMap?.name;
      if (name !== undefined) mounts.set(name, readMount(name));
    }
    runtimes = first.spec.containers.map((container) =>
      createContainerRuntime({
        clock,
        timing,
        events,
        pod: { ...first, status: { ...first.status, podIP: own } },
        container,
        program: deps.programs(first, container) ?? idleProgram(timing.readinessMs),
        context: { address: own, node: machine, mounted: (name) => mounts.get(name) ?? {} },
        onChange: write,
      }),
    );
    for (const runtime of runtimes) runtime.start();
    write();
  }

  function stopAll(): void {
    timer?.cancel();
    for (const runtime of runtimes) runtime.stop();
  }

  function terminate(pod: Pod): void {
    terminating = true;
    for (const container of first.spec.containers)
      events.record(first, 'Normal', 'Killing', `Stopping container ${container.name}`);
    stopAll();
    write();
    const graceMs = (pod.metadata.deletionGracePeriodSeconds ?? 30) * 1000;
    timer = clock.after(Math.min(graceMs, timing.terminationMs), () => {
      machine.ipam.release(uid);
      const current = client.get('pods', of.namespace, of.name);
      gone = true;
      if (current?.metadata.uid === uid) client.delete('pods', of, { gracePeriodSeconds: 0, uid });
    });
  }

  timer = clock.after(timing.kubeletMs, () => {
    if (terminating) return;
    write();
    createSandbox();
  });

  return {
    observe(pod) {
      if (pod.metadata.deletionTimestamp !== undefined && !terminating) return terminate(pod);
      if (!terminating && readyIn(pod.status) !== undefined && readyIn(pod.status) !== readyIn(status()))
        clock.after(timing.nodeStatusMs, write);
    },
    configMapChanged(name) {
      if (!mounts.has(name)) return;
      clock.after(timing.configMapSyncMs, () => void mounts.set(name, readMount(name)));
    },
    loseSandbox() {
      if (terminating || gone) return;
      stopAll();
      machine.ipam.release(uid);
      runtimes = [];
      address = undefined;
      write();
      events.record(
        first,
        'Normal',
        'SandboxChanged',
        'Pod sandbox changed, it will be killed and re-created.',
      );
      timer = clock.after(timing.kubeletMs, createSandbox);
    },
    log(container, previous) {
      const index = first.spec.containers.findIndex((item) => item.name === container);
      return runtimes[index]?.log(previous) ?? { type: 'waiting', reason: 'ContainerCreating' };
    },
    abandon() {
      gone = true;
      stopAll();
    },
  };
}
