import { expectationOf } from '../expectations/table.ts';
import { runFault } from '../fault-run.ts';
import type { CaseRun } from '../case.ts';
import { changesOf, hardCase } from './hard-case.ts';

const cni = expectationOf('cni-ds-not-scheduled');
const proxy = expectationOf('kube-proxy-gone');
const overlay = expectationOf('vxlan-blocked');

/** The agents reach the coordinator all the same: it must not take their reports for silence. */
async function complainOfSilence({ bed, story }: CaseRun, when: string): Promise<void> {
  const { network } = await bed.product.overview();
  if (network === null || network.silentAgents > 0)
    story.problems.push(`agents are silent ${when}: ${JSON.stringify(network)}`);
}

/** What is broken is the coordinator's own node, or its way to the others. */
export const coordinatorOnBrokenNode = [
  hardCase({
    name: 'hard-coordinator-node-without-cni',
    about: 'the CNI agent is gone from the node of the coordinator: found and fixed from there',
    placements: ['with-coordinator'],
    subjects: [cni.subject],
    changes: changesOf(cni),
    run: (run) => runFault(run, cni),
  }),
  hardCase({
    name: 'hard-coordinator-node-without-kube-proxy',
    about:
      'kube-proxy is dead on the node of the coordinator, which reaches API server and Slack all the same',
    placements: ['with-coordinator'],
    subjects: [proxy.subject],
    changes: changesOf(proxy),
    run: (run) => runFault(run, proxy, { onceOpened: () => complainOfSilence(run, 'without kube-proxy') }),
  }),
  hardCase({
    name: 'hard-overlay-dead-at-coordinator',
    about: 'no overlay between the agents and the coordinator: their reports still arrive',
    placements: ['with-coordinator'],
    subjects: [overlay.subject],
    run: (run) => runFault(run, overlay, { onceOpened: () => complainOfSilence(run, 'without the overlay') }),
  }),
];
