import { flannelConfig, flannelDaemonSet, flannelPods } from './changes.ts';
import { asksPeople, expect, plan, type Expectation } from './expectation.ts';

/** A new flannel pod writes the node's CNI configuration and programs again. */
const newAgent = plan(flannelPods, flannelDaemonSet);
/** Nothing of the data plane fails: only the agent's pod shows it, after it has failed for a while. */
const slow = { detectedWithinS: 180, answeredWithinS: 300 };
/** A pod counts as stuck after three minutes. */
const afterStuckPods = { detectedWithinS: 300, answeredWithinS: 400 };

/** The CNI's agents: where they run, and why they fail. */
const agents: readonly Expectation[] = [
  expect({
    fault: 'cni-ds-not-scheduled',
    subject: 'node',
    title: /NODE/,
    endings: [plan(flannelDaemonSet)],
  }),
  expect({
    fault: 'cni-ds-not-tolerated',
    subject: 'node',
    title: /NODE/,
    endings: [plan(flannelDaemonSet)],
  }),
  // A quota is its owner's.
  expect({ fault: 'cni-quota-exhausted', subject: 'node', title: /NODE/, endings: [asksPeople], ...slow }),
  expect({
    fault: 'flannel-netconf-wrong',
    subject: 'node',
    title: /NODE/,
    endings: [plan(flannelConfig, flannelDaemonSet, flannelPods), asksPeople],
    ...slow,
  }),
  expect({
    fault: 'flannel-rbac-removed',
    subject: 'node',
    title: /NODE/,
    endings: [asksPeople],
    ...slow,
  }),
  expect({
    fault: 'flannel-iface-wrong',
    subject: 'node',
    title: /NODE/,
    endings: [asksPeople],
    ...slow,
  }),
  expect({
    fault: 'flannel-api-unreachable',
    subject: 'node',
    title: /NODE/,
    endings: [asksPeople],
    ...slow,
  }),
  expect({
    fault: 'flannel-image-missing',
    subject: 'node',
    title: /NODE/,
    endings: [asksPeople],
    ...slow,
  }),
];

/** What the CNI left on the node, and the addresses it hands out. */
const nodeState: readonly Expectation[] = [
  expect({
    fault: 'cni-config-removed',
    subject: 'node',
    title: /NODE/,
    endings: [newAgent, asksPeople],
    ...slow,
  }),
  expect({
    fault: 'cni-plugin-removed',
    subject: 'node',
    title: /NODE/,
    endings: [newAgent, asksPeople],
    ...afterStuckPods,
  }),
  expect({ fault: 'stale-cni-bridge', subject: 'node', title: /NODE/, endings: [asksPeople, newAgent] }),
  expect({
    fault: 'ipam-exhausted',
    subject: 'node',
    title: /NODE/,
    endings: [asksPeople],
    ...afterStuckPods,
  }),
  expect({
    fault: 'duplicate-pod-cidr',
    subject: 'node',
    title: /NODE|PEER/,
    endings: [asksPeople],
    detectedWithinS: 120,
    answeredWithinS: 240,
    closedWithinS: 420,
  }),
  expect({
    fault: 'node-cidr-not-assigned',
    subject: 'node',
    title: /NODE/,
    endings: [asksPeople],
    detectedWithinS: 120,
    answeredWithinS: 240,
    closedWithinS: 420,
  }),
];

export const cniExpectations: readonly Expectation[] = [...agents, ...nodeState];
