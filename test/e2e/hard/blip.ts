import { untilClosed, untilOpened, watchFromNow } from '../follow-incident.ts';
import { complainOfChanges, complainOfOthers, recordIncidents } from '../incident-record.ts';
import { passProblems } from '../incident-seen.ts';
import { hardCase } from './hard-case.ts';

/** Gone before a person could have read the message. */
export const blip = [
  hardCase({
    name: 'hard-blip',
    about: 'a node is cut off for some seconds: told, checked twice, closed by itself, nothing changed',
    subjects: ['node'],
    async run(run) {
      const { bed, place, story } = run;
      const watch = await watchFromNow(bed.product, bed.signal);
      try {
        await bed.faults.inject('vxlan-blocked', place);
        const opened = await untilOpened(watch, 60);
        await bed.faults.heal('vxlan-blocked', place);
        const closed = await untilClosed(watch, opened.id, 240, 'fine');
        story.problems.push(...passProblems(closed));
        if (!closed.timeline.some((e) => e.kind === 'recovered'))
          story.problems.push('its recovery is not in the story');
        await complainOfOthers(run, watch, [opened.id]);
        await complainOfChanges(run, watch.sinceMs, [], 'none');
      } finally {
        await bed.faults.heal('vxlan-blocked', place);
        await recordIncidents(run, watch).catch(() => undefined);
      }
    },
  }),
];
