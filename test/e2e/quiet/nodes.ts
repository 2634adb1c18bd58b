import { drain, nodeReady, rolledOut, uncordon } from '../kubernetes-steps.ts';
import { pause, waitFor } from '../waiting.ts';
import { quietCase } from './quiet-case.ts';

/** Shorter than a node that has gone silent is waited for (it may be rebooting). */
const shortStopMs = 30_000;
const starvedMs = 60_000;
/** Idle it uses about half of that. */
const starvedCores = 0.1;

/** Nodes come, go and are busy. */
export const nodeCases = [
  quietCase({
    name: 'quiet-node-drained',
    about: 'a node is drained and uncordoned',
    placements: ['without-coordinator'],
    async disturb({ bed: { lab, signal }, place: { node } }) {
      await drain(lab, node);
      await pause(20_000, signal);
      await uncordon(lab, node);
    },
    restore: ({ bed: { lab }, place: { node } }) => uncordon(lab, node),
  }),
  quietCase({
    name: 'quiet-kubelet-restarted',
    about: 'the kubelet of a node ends and starts again',
    placements: ['without-coordinator'],
    async disturb({ bed: { lab }, place: { node } }) {
      await lab.stopProgram(node, 'kubelet');
      await lab.startProgram(node, 'kubelet');
      await nodeReady(lab, node);
    },
  }),
  quietCase({
    name: 'quiet-node-hard-stopped',
    about: 'a node loses its power and comes back half a minute later',
    placements: ['without-coordinator'],
    watchMs: 90_000,
    // It is true when the node needs longer than a reboot takes.
    mayOpen: /is gone|not ready/i,
    async disturb({ bed: { lab, signal, deployment }, place: { node } }) {
      await lab.stopNode(node);
      await pause(shortStopMs, signal);
      await lab.startNode(node);
      await rolledOut(lab, deployment.namespace, 'daemonset/pathmedic-agent');
    },
    restore: ({ bed: { lab }, place: { node } }) => lab.startNode(node),
  }),
  quietCase({
    name: 'quiet-node-added',
    about: 'a node is added, and taken away again in good order',
    watchMs: 90_000,
    async disturb({ bed: { lab, deployment, signal } }) {
      const node = await spareNode(lab);
      await lab.startNode(node);
      await rolledOut(lab, deployment.namespace, 'daemonset/pathmedic-agent');
      await pause(60_000, signal);
      await drain(lab, node);
      await lab.kubectl(['delete', 'node', node]);
      await lab.stopNode(node);
    },
  }),
  quietCase({
    name: 'quiet-api-server-restarted',
    about: 'the API server is killed and starts again',
    async disturb({ bed: { lab } }) {
      const [control = 'node1'] = await lab.nodes();
      await lab.stopProgram(control, 'kube-apiserver');
      await lab.startProgram(control, 'kube-apiserver');
      await waitFor('the API server', 90_000, async () => {
        await lab.kubectl(['get', '--raw', '/readyz'], { timeoutMs: 5000 });
        return true;
      });
    },
  }),
  quietCase({
    name: 'quiet-cpu-starved',
    about: 'everything on a node shares a tenth of a core for a minute',
    placements: ['without-coordinator'],
    async disturb({ bed: { lab, signal }, place: { node } }) {
      await lab.limitCpu(node, starvedCores);
      await pause(starvedMs, signal);
      await lab.limitCpu(node, null);
    },
    restore: ({ bed: { lab }, place: { node } }) => lab.limitCpu(node, null),
  }),
];

async function spareNode(lab: { nodes(): Promise<string[]> }): Promise<string> {
  return `node${(await lab.nodes()).length + 1}`;
}
