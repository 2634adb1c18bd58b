import { describe, expect, it } from 'vitest';
import { podTrouble } from './pod-trouble.ts';
import { container, crashing, deployment, daemonSet, pod, T0 } from './record-builders.fixture.ts';
import { daemonSetRollout, deploymentRollout } from './rollouts.ts';

const exit = { code: 137, reason: 'OOMKilled', message: '', atMs: T0 };

describe('what ails a pod', () => {
  it.each([
    ['nothing', {}, undefined],
    ['a crash loop', crashing('c'), 'crash-loop'],
    ['memory, also while it waits to start again', crashing('c', { lastExit: exit }), 'oom'],
    ['its image', crashing('c', { reason: 'ErrImagePull' }), 'image'],
    ['a missing ConfigMap', crashing('c', { reason: 'CreateContainerConfigError' }), 'container-config'],
    [
      'a failing init container before anything else',
      {
        ready: false,
        initContainers: [
          container('i', { ready: false, state: 'waiting' as const, reason: 'CrashLoopBackOff' }),
        ],
      },
      'crash-loop',
    ],
    ['no node', { ready: false, unschedulable: '0/3 nodes are available', containers: [] }, 'unschedulable'],
    [
      'readiness only, though it ran out of memory once before',
      { ready: false, containers: [container('c', { ready: false })] },
      'not-ready',
    ],
  ])('%s', (_, over, kind) => {
    expect(podTrouble(pod('p', 'n', over))?.kind).toBe(kind);
  });

  it('is nothing once the pod is on its way out', () => {
    expect(podTrouble(pod('p', 'n', { ...crashing('c'), meta: { deletingSinceMs: T0 } }))).toBeNull();
  });
});

describe('roll-outs', () => {
  it('of DaemonSets wait for the controller, the update and readiness', () => {
    expect(daemonSetRollout(daemonSet('d', 'n')).state).toBe('settled');
    expect(
      daemonSetRollout(daemonSet('d', 'n', { meta: { generation: 2 }, observedGeneration: 1 })).state,
    ).toBe('rolling');
    expect(daemonSetRollout(daemonSet('d', 'n', { updated: 2 }))).toMatchObject({
      waits: '2 of 3 pods updated',
    });
    expect(daemonSetRollout(daemonSet('d', 'n', { updated: 0, updateStrategy: 'OnDelete' })).state).toBe(
      'settled',
    );
  });

  it('of Deployments wait for old pods to go, and know a pause', () => {
    expect(deploymentRollout(deployment('d', 'n')).state).toBe('settled');
    expect(deploymentRollout(deployment('d', 'n', { statusReplicas: 3 }))).toMatchObject({
      waits: '1 of the old pods still there',
    });
    expect(deploymentRollout(deployment('d', 'n', { paused: true })).state).toBe('paused');
  });

  it('says how a container last ended, rather than that it is waited for', () => {
    const ended = (code: number, message = '') =>
      podTrouble(
        pod('p', 'app', {
          ...crashing('c', {
            message: 'back-off 10s restarting failed container=c pod=p_app(1)',
            lastExit: { code, reason: 'Error', message, atMs: 0 },
          }),
        }),
      )?.message;
    expect(ended(137)).toBe('last exit code 137 (killed: out of memory, or by its liveness probe)');
    expect(ended(1)).toBe('last exit code 1');
    expect(ended(1, 'no such file')).toBe('no such file');
  });
});
