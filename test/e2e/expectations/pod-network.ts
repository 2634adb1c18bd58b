import { flannelDaemonSet, flannelPods } from './changes.ts';
import { asksPeople, expect, plan, type Expectation } from './expectation.ts';

/** The ways between the nodes' pods. Mostly somebody has to look at the node: nothing of the catalogue may be done there. */
export const podNetworkExpectations: readonly Expectation[] = [
  expect({ fault: 'vxlan-blocked', subject: 'node', title: /NODE/, endings: [asksPeople] }),
  expect({ fault: 'pod-traffic-filtered', subject: 'node', title: /NODE/, endings: [asksPeople] }),
  expect({ fault: 'host-firewall-forward-drop', subject: 'node', title: /NODE/, endings: [asksPeople] }),
  expect({ fault: 'ip-forward-off', subject: 'node', title: /NODE/, endings: [asksPeople] }),
  expect({
    fault: 'mtu-too-big',
    subject: 'node',
    title: /NODE/,
    endings: [asksPeople],
    detectedWithinS: 120,
    answeredWithinS: 240,
  }),
  expect({
    fault: 'partial-loss',
    subject: 'node',
    title: /NODE/,
    endings: [asksPeople],
    detectedWithinS: 180,
    answeredWithinS: 300,
  }),
  // Flannel puts its routes back when its pod there is replaced.
  expect({
    fault: 'node-route-missing',
    subject: 'node',
    title: /NODE|PEER/,
    endings: [asksPeople, plan(flannelPods, flannelDaemonSet)],
  }),
  expect({
    fault: 'node-route-wrong',
    subject: 'node',
    title: /NODE|PEER/,
    endings: [asksPeople],
  }),
];
