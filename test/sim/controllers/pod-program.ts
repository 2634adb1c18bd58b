import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import type { Container, Pod } from '../apiserver/stored-pods.ts';
import type { NodeMachine } from './node-machine.ts';

/** What a program in a container sees and may do. */
export interface ProgramContext {
  pod: Pod;
  container: Container;
  /** The pod's address; the node's on the host network. */
  address: string;
  node: NodeMachine;
  clock: Clock;
  /** A line of the container's log. */
  log(text: string): void;
  /** Data of a ConfigMap that the pod mounts, as its volume holds it now: it lags behind the API. */
  mounted(configMap: string): { [key: string]: string };
  /** What the readiness probe sees; not ready until said. */
  setReady(ready: boolean): void;
  /** Ends the container; the kubelet restarts it with back-off. */
  exit(code: number, message?: string): void;
}

export interface RunningProgram {
  /** SIGTERM: must not call the context afterwards. */
  stop(): void;
}

/** What runs in a container. `start` may call `exit` and `setReady` at once or later. */
export type PodProgram = (context: ProgramContext) => RunningProgram;

/** Chooses the program of a container; undefined leaves it to the next one. */
export type ProgramLookup = (pod: Pod, container: Container) => PodProgram | undefined;

/** Runs until it is stopped and is ready after a moment. */
export function idleProgram(readinessMs: number): PodProgram {
  return (context) => {
    const timer = context.clock.after(readinessMs, () => context.setReady(true));
    return { stop: () => timer.cancel() };
  };
}
