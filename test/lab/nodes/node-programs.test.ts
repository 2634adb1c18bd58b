import { expect, it } from 'vitest';
import { programName } from './node-programs.ts';

it('names programs, and not what holds a node or a pod up', () => {
  expect(programName(['kubelab', 'kube-apiserver', '--v=1'])).toBe('kube-apiserver');
  expect(programName(['/usr/bin/containerd', '--config', 'x'])).toBe('containerd');
  expect(programName(['bash', '/lab/node/main.sh'])).toBeNull();
  expect(programName(['/usr/bin/containerd-shim-runc-v2', '-id', 'x'])).toBeNull();
  expect(programName([])).toBeNull();
});
