import { asksPeople, expect, type Expectation } from './expectation.ts';

/** A node may be rebooting: its silence is waited out, and then it is the node that is told of. */
const afterTheReboot = { detectedWithinS: 240, answeredWithinS: 360, closedWithinS: 420 };

/** The nodes themselves. */
export const nodeExpectations: readonly Expectation[] = [
  expect({
    fault: 'kubelet-stopped',
    subject: 'node',
    title: /NODE/,
    endings: [asksPeople],
    ...afterTheReboot,
  }),
  expect({
    fault: 'node-power-cut',
    subject: 'node',
    title: /NODE/,
    endings: [asksPeople],
    ...afterTheReboot,
  }),
];
