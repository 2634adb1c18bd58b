import type { CaseRun } from '../case.ts';
import { expectationOf } from '../expectations/table.ts';
import { runFault } from '../fault-run.ts';
import { approveInSlack } from '../follow-incident.ts';
import { ownMutations } from '../own-mutations.ts';
import { coordinatorNode } from '../places.ts';
import { executorProcess, redisProcess, signalProcesses } from '../processes.ts';
import { pause, waitFor } from '../waiting.ts';
import { approveUntilTaken } from './approve-until-taken.ts';
import { changesOf, hardCase } from './hard-case.ts';
import { freezeRedisOnceWritten } from './redis-freeze.ts';

const policy = expectationOf('networkpolicy-blocks-dns');
const corefile = expectationOf('coredns-corefile-broken');
const cni = expectationOf('cni-ds-not-scheduled');
const apiAwayMs = 20_000;

/** A part of the product, or the API server, goes away between an approval and its end. */
export const killedHalfway = [
  hardCase({
    name: 'hard-redis-killed-in-approval',
    about: 'Redis is killed while an approval is being recorded: it counts once, or a person clicks again',
    subjects: [policy.subject],
    changes: changesOf(policy),
    run: (run) =>
      runFault(run, policy, {
        async approve(watch, id) {
          const node = await coordinatorNode(run.bed);
          // The click may be lost with it; that is the point.
          await Promise.allSettled([
            approveInSlack(watch, id),
            signalProcesses(run.bed.lab, node, 'KILL', redisProcess),
          ]);
          await approveUntilTaken(watch, id);
        },
      }),
  }),
  hardCase({
    name: 'hard-executor-killed-after-effect',
    about:
      'the executor is killed after its change took effect and before it recorded that: nothing is done twice',
    placements: ['without-coordinator'],
    subjects: [cni.subject],
    changes: changesOf(cni),
    run: (run) =>
      runFault(run, cni, { approve: (watch, id) => killAfterEffect(run, () => approveInSlack(watch, id)) }),
  }),
  hardCase({
    name: 'hard-api-server-away',
    about: 'the API server answers nobody for a while in the middle of an execution',
    subjects: [corefile.subject],
    changes: changesOf(corefile),
    run: (run) =>
      runFault(run, corefile, {
        async approve(watch, id) {
          const { lab, signal } = run.bed;
          const [control = 'node1'] = await lab.nodes();
          await approveInSlack(watch, id);
          await lab.stopProgram(control, 'kube-apiserver', 'frozen');
          try {
            await pause(apiAwayMs, signal);
          } finally {
            await lab.startProgram(control, 'kube-apiserver');
          }
        },
      }),
  }),
];

/** The intent is on disk, the change is made, and the store does not take the outcome: now it is killed. */
async function killAfterEffect({ bed, story }: CaseRun, approve: () => Promise<void>): Promise<void> {
  const { lab, deployment, signal } = bed;
  const node = await coordinatorNode(bed);
  const sinceMs = Date.now();
  const freeze = await freezeRedisOnceWritten(lab, node, 'step-intended');
  try {
    await approve();
    await waitFor(
      'the change in the audit log',
      60_000,
      async () => (await ownMutations(lab, [deployment.namespace], sinceMs)).length > 0,
      { everyMs: 300, signal },
    );
    if (!(await freeze.frozen())) story.problems.push('Redis was not held back: the case was missed');
    await signalProcesses(lab, node, 'KILL', executorProcess);
  } finally {
    await freeze.release();
  }
}
