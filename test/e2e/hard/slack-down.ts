import { expectationOf } from '../expectations/table.ts';
import { runFault } from '../fault-run.ts';
import { Hopeless, pause } from '../waiting.ts';
import { changesOf, hardCase } from './hard-case.ts';

const policy = expectationOf('networkpolicy-blocks-dns');
const downMs = 150_000;
/** Until it is tried again. */
const catchUpMs = 60_000;

export const slackDown = [
  hardCase({
    name: 'hard-slack-down',
    about: 'Slack answers nobody for minutes: approved in the console, and Slack catches up afterwards',
    subjects: [policy.subject],
    changes: changesOf(policy),
    run: (run) => {
      let upAgainMs = 0;
      return runFault(run, policy, {
        async onceBroken({ product }) {
          upAgainMs = Date.now() + downMs;
          await product.slackDown(downMs);
        },
        async approve({ product }, id, answer) {
          if (answer.by !== 'plan') throw new Hopeless('there is no plan to approve');
          await product.approveInConsole(id, answer.planId);
        },
        async onceClosed({ signal }) {
          await pause(Math.max(0, upAgainMs - Date.now()) + catchUpMs, signal);
        },
      });
    },
  }),
];
