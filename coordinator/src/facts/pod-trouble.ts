import { isActive } from './pod-lookups.ts';
import type { ContainerRecord, PodRecord } from './records.ts';

/** Why a pod is not healthy, by the container that is worst off. */
export interface PodTrouble {
  kind: 'image' | 'crash-loop' | 'oom' | 'container-config' | 'not-ready' | 'unschedulable';
  container: string;
  /** The API's own reason (`CrashLoopBackOff`, `OOMKilled`, ...). */
  reason: string;
  message: string;
  restarts: number;
}

const IMAGE_REASONS = ['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull'];
const CONFIG_REASONS = ['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError'];

function wasOutOfMemory(container: ContainerRecord): boolean {
  if (container.state === 'running' && container.ready) return false;
  return container.reason === 'OOMKilled' || container.lastExit?.reason === 'OOMKilled';
}

function kindOf(container: ContainerRecord): PodTrouble['kind'] | null {
  if (IMAGE_REASONS.includes(container.reason)) return 'image';
  if (CONFIG_REASONS.includes(container.reason)) return 'container-config';
  if (wasOutOfMemory(container)) return 'oom';
  if (container.reason === 'CrashLoopBackOff') return 'crash-loop';
  return container.state === 'terminated' && container.reason !== 'Completed' ? 'crash-loop' : null;
}

/** That it is waited for tells nothing; how it last ended does. Not every runtime says that memory ran out. */
function messageOf({ message, lastExit }: ContainerRecord): string {
  const isBackOff = message === '' || message.startsWith('back-off ');
  if (!isBackOff || lastExit === null) return message;
  const killed = lastExit.code === 137 ? ' (killed: out of memory, or by its liveness probe)' : '';
  return lastExit.message === '' ? `last exit code ${lastExit.code}${killed}` : lastExit.message;
}

function troubleOf(container: ContainerRecord, kind: PodTrouble['kind']): PodTrouble {
  return {
    kind,
    container: container.name,
    reason: kind === 'oom' ? 'OOMKilled' : container.reason || 'NotReady',
    message: messageOf(container),
    restarts: container.restarts,
  };
}

/** What keeps a pod from being ready; null when it is ready, or gone anyway. */
export function podTrouble(pod: PodRecord): PodTrouble | null {
  if (!isActive(pod) || pod.ready) return null;
  for (const container of [...pod.initContainers, ...pod.containers]) {
    const kind = kindOf(container);
    if (kind !== null) return troubleOf(container, kind);
  }
  const base = { container: '', restarts: 0 };
  if (pod.unschedulable !== null) {
    return { ...base, kind: 'unschedulable', reason: 'Unschedulable', message: pod.unschedulable };
  }
  const waiting = pod.containers.find((container) => !container.ready);
  if (waiting !== undefined) return troubleOf(waiting, 'not-ready');
  return { ...base, kind: 'not-ready', reason: 'NotReady', message: '' };
}
