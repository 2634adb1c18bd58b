import { expect, it } from 'vitest';
import { statusText, type LabStatus } from './lab-status.ts';

const up: LabStatus = {
  name: 'b',
  state: 'up',
  network: 'routed',
  kubeconfig: '/state/b.kubeconfig',
  outside: [{ program: 'api-forward', pids: [7] }],
  nodes: [
    {
      node: 'node1',
      ready: 'not ready',
      pid: 10,
      programs: [{ program: 'kubelet', pid: 11, state: 'frozen' }],
      pods: [
        { pod: 'app/echo', phase: 'Running' },
        { pod: 'app/x', phase: 'Pending' },
      ],
    },
  ],
};

it('tells what runs where, and what does not as it should', () => {
  expect(statusText(up)).toBe(`the lab b (routed) is up
KUBECONFIG=/state/b.kubeconfig
node1  not ready
  programs  kubelet (frozen)
  pods      app/echo, app/x (Pending)
beside the nodes  api-forward
`);
});

it('tells remains from nothing', () => {
  expect(statusText({ ...up, state: 'remains' })).toContain('down removes it');
  expect(statusText({ ...up, state: 'down' })).toBe('the lab b is down\n');
});
