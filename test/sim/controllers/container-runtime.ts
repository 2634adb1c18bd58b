import { createHash } from 'node:crypto';
import type { Clock, Timer } from '@pathmedic/shared/runtime/clock.ts';
import { timestamp } from '../apiserver/write-context.ts';
import type { ContainerLog, LogLine } from '../apiserver/pod-log.ts';
import type { Container, ContainerState, ContainerStatus, Pod } from '../apiserver/stored-pods.ts';
import type { EventRecorder } from './event-recorder.ts';
import type { PodProgram, ProgramContext, RunningProgram } from './pod-program.ts';
import type { Timing } from './timing.ts';

/** One container of one pod: starts its program, restarts it with back-off, keeps two logs and the status. */
export interface ContainerRuntime {
  start(): void;
  /** Ends the program for good. */
  stop(): void;
  status(): ContainerStatus;
  log(previous: boolean): ContainerLog;
}

export interface ContainerDeps {
  clock: Clock;
  timing: Timing;
  events: EventRecorder;
  pod: Pod;
  container: Container;
  program: PodProgram;
  context: Pick<ProgramContext, 'address' | 'node' | 'mounted'>;
  onChange(): void;
}

const MAX_LOG_LINES = 2_000;

type Phase =
  | { type: 'creating' }
  | { type: 'running'; startedAt: string }
  | { type: 'exited'; state: NonNullable<ContainerState['terminated']> }
  | { type: 'backing-off'; waitMs: number };

function fullName(pod: Pod): string {
  return `${pod.metadata.name}_${pod.metadata.namespace ?? ''}(${pod.metadata.uid})`;
}

export function createContainerRuntime(deps: ContainerDeps): ContainerRuntime {
  const { clock, container, events, pod, timing } = deps;
  let phase: Phase = { type: 'creating' };
  let lastState: ContainerState | undefined;
  let restartCount = 0;
  let ready = false;
  let lines: LogLine[] = [];
  let previousLines: LogLine[] | undefined;
  let running: RunningProgram | undefined;
  let timer: Timer | undefined;
  let stopped = false;
  let generation = 0;

  function run(): void {
    if (stopped) return;
    if (restartCount > 0) previousLines = lines;
    lines = [];
    ready = false;
    generation += 1;
    const own = generation;
    const alive = (): boolean => own === generation && !stopped;
    phase = { type: 'running', startedAt: timestamp(clock.nowMs()) };
    events.record(pod, 'Normal', 'Pulled', `Container image "${container.image}" already present on machine`);
    events.record(pod, 'Normal', 'Created', `Created container: ${container.name}`);
    events.record(pod, 'Normal', 'Started', `Started container ${container.name}`);
    const context: ProgramContext = {
      ...deps.context,
      pod,
      container,
      clock,
      log(text) {
        if (alive()) lines.push({ atMs: clock.nowMs(), text });
        if (lines.length > MAX_LOG_LINES) lines.splice(0, MAX_LOG_LINES / 4);
      },
      setReady(value) {
        if (!alive() || value === ready) return;
        ready = value;
        if (!ready)
          events.record(
            pod,
            'Warning',
            'Unhealthy',
            'Readiness probe failed: HTTP probe failed with statuscode: 503',
          );
        deps.onChange();
      },
      exit(code, message) {
        if (alive()) exited(code, message);
      },
    };
    const started = deps.program(context);
    if (alive() && phase.type === 'running') running = started;
    deps.onChange();
  }

  function exited(code: number, message: string | undefined): void {
    const startedAt = phase.type === 'running' ? phase.startedAt : timestamp(clock.nowMs());
    generation += 1;
    running = undefined;
    ready = false;
    const reason = code === 0 ? 'Completed' : 'Error';
    const state = {
      exitCode: code,
      reason,
      startedAt,
      finishedAt: timestamp(clock.nowMs()),
      ...(message === undefined ? {} : { message }),
    };
    phase = { type: 'exited', state };
    const waitMs = Math.min(timing.crashBackOffMs.first * 2 ** (restartCount - 1), timing.crashBackOffMs.max);
    // The first restart follows at once; from then on the kubelet backs off.
    timer = clock.after(timing.containerStartMs, () =>
      restartCount === 0 ? restart() : backOff(state, waitMs),
    );
    deps.onChange();
  }

  function backOff(state: NonNullable<ContainerState['terminated']>, waitMs: number): void {
    if (stopped) return;
    phase = { type: 'backing-off', waitMs };
    lastState = { terminated: state };
    events.record(
      pod,
      'Warning',
      'BackOff',
      `Back-off restarting failed container ${container.name} in pod ${fullName(pod)}`,
    );
    timer = clock.after(waitMs, restart);
    deps.onChange();
  }

  function restart(): void {
    if (phase.type === 'exited') lastState = { terminated: phase.state };
    restartCount += 1;
    run();
  }

  function state(): ContainerState {
    switch (phase.type) {
      case 'creating':
        return { waiting: { reason: 'ContainerCreating' } };
      case 'running':
        return { running: { startedAt: phase.startedAt } };
      case 'exited':
        return { terminated: phase.state };
      case 'backing-off': {
        const wait =
          phase.waitMs < 60_000
            ? `${Math.round(phase.waitMs / 1000)}s`
            : `${Math.floor(phase.waitMs / 60_000)}m${Math.round((phase.waitMs % 60_000) / 1000)}s`;
        return {
          waiting: {
            reason: 'CrashLoopBackOff',
            message: `back-off ${wait} restarting failed container=${container.name} pod=${fullName(pod)}`,
          },
        };
      }
    }
  }

  return {
    start() {
      timer = clock.after(timing.containerStartMs, run);
    },
    stop() {
      if (stopped) return;
      stopped = true;
      timer?.cancel();
      running?.stop();
      running = undefined;
      ready = false;
    },
    status: () => ({
      name: container.name,
      image: container.image,
      imageID:
        phase.type === 'creating'
          ? ''
          : `${container.image.split(':')[0]}@sha256:${createHash('sha256').update(container.image).digest('hex')}`,
      ready,
      started: phase.type === 'running',
      restartCount,
      state: state(),
      ...(lastState === undefined ? {} : { lastState }),
    }),
    log(previous) {
      if (previous) {
        return previousLines === undefined
          ? { type: 'no-previous' }
          : { type: 'lines', lines: previousLines };
      }
      return phase.type === 'creating'
        ? { type: 'waiting', reason: 'ContainerCreating' }
        : { type: 'lines', lines };
    },
  };
}
