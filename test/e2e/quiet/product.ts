import { coordinatorNode } from '../places.ts';
import { coordinatorProcess, signalProcesses } from '../processes.ts';
import { waitFor } from '../waiting.ts';
import { quietCase } from './quiet-case.ts';

/** The product itself is disturbed. */
export const productCases = [
  quietCase({
    name: 'quiet-coordinator-killed',
    about: 'the coordinator is killed and starts again',
    core: true,
    async disturb({ bed }) {
      const node = await coordinatorNode(bed);
      const before = await signalProcesses(bed.lab, node, 'KILL', coordinatorProcess);
      await waitFor(
        'the coordinator to run again',
        60_000,
        async () => {
          const now = await signalProcesses(bed.lab, node, 'none', coordinatorProcess);
          return now.every((pid) => !before.includes(pid));
        },
        bed,
      );
      await waitFor('its API', 60_000, () => bed.product.overview(), bed);
    },
  }),
];
