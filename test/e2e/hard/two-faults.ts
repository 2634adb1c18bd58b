import { expectationOf } from '../expectations/table.ts';
import { approveInSlack, untilAnswered, untilClosed, untilOpened, watchFromNow } from '../follow-incident.ts';
import { acceptableCauses, titleFor } from '../expectations/expectation.ts';
import { complainOfChanges, complainOfOthers, complainOfSlack, recordIncidents } from '../incident-record.ts';
import { passProblems } from '../incident-seen.ts';
import { changesOf, hardCase } from './hard-case.ts';

const both = [expectationOf('cni-ds-not-scheduled'), expectationOf('networkpolicy-blocks-dns')];

export const twoFaults = [
  hardCase({
    name: 'hard-two-faults',
    about: 'a node without its CNI agent and a namespace without DNS at once: two incidents, both fixed',
    placements: ['without-coordinator'],
    subjects: both.map(({ subject }) => subject),
    changes: both.flatMap(changesOf),
    async run(run) {
      const { bed, place, story } = run;
      const watch = await watchFromNow(bed.product, bed.signal);
      const ids: string[] = [];
      try {
        for (const { fault } of both) await bed.faults.inject(fault, place);
        for (const expectation of both) {
          const title = titleFor(expectation, place);
          const opened = await untilOpened(watch, 90, (i) => title.test(i.title));
          ids.push(opened.id);
          bed.say(`  incident "${opened.title}"`);
        }
        if (new Set(ids).size < both.length) throw new Error('one incident stands for both faults');
        for (const [i, id] of ids.entries()) {
          const { answer, view } = await untilAnswered(watch, id, 240);
          const cause = view.page.causes[0]?.id ?? 'none';
          const expectation = both[i];
          const causes: readonly string[] =
            expectation === undefined
              ? []
              : acceptableCauses(expectation, bed.faults.named(expectation.fault));
          if (!causes.includes(cause))
            story.problems.push(`the first cause of "${view.page.title}" is ${cause}`);
          if (answer.by !== 'plan') throw new Error(`people are asked about "${view.page.title}"`);
          await approveInSlack(watch, id);
        }
        for (const id of ids) {
          const closed = await untilClosed(watch, id, 360, 'hopeless');
          story.problems.push(...passProblems(closed));
          await complainOfSlack(run, id);
        }
        await complainOfOthers(run, watch, ids);
        await complainOfChanges(run, watch.sinceMs, both.flatMap(changesOf), 'at-least-one');
      } finally {
        for (const { fault } of both) await bed.faults.heal(fault, place);
        await recordIncidents(run, watch).catch(() => undefined);
      }
    },
  }),
];
