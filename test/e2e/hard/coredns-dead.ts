import { rollOut } from '../kubernetes-steps.ts';
import { expectationOf } from '../expectations/table.ts';
import { runFault } from '../fault-run.ts';
import { threadOf } from '../slack-thread.ts';
import { waitFor } from '../waiting.ts';
import { changesOf, hardCase } from './hard-case.ts';

const dns = expectationOf('coredns-scaled-to-zero');

export const corednsDead = [
  hardCase({
    name: 'hard-coredns-dead',
    about: 'no name resolves, and agents start anew meanwhile: they report and Slack is told all the same',
    subjects: [dns.subject],
    changes: changesOf(dns),
    run: (run) =>
      runFault(run, dns, {
        async onceOpened({ product, signal }, id) {
          await waitFor('Slack to be told', 30_000, async () => threadOf(await product.channel(), id), {
            signal,
          });
          // New agents know no address of the coordinator from before.
          await rollOut(run.bed.lab, run.bed.deployment.namespace, 'daemonset/pathmedic-agent-host');
          await waitFor(
            'every agent to report without DNS',
            60_000,
            async () => {
              const { network } = await product.overview();
              if (network?.silentAgents === 0) return true;
              throw new Error(JSON.stringify(network));
            },
            { signal },
          );
        },
      }),
  }),
];
