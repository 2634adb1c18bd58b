import type { E2eCase } from '../case.ts';
import { blip } from './blip.ts';
import { coordinatorOnBrokenNode } from './coordinator-on-broken-node.ts';
import { corednsDead } from './coredns-dead.ts';
import { killedHalfway } from './killed-halfway.ts';
import { slackDown } from './slack-down.ts';
import { twoFaults } from './two-faults.ts';

/** Faults at the worst moment, or in the worst place. */
export const hardCases: readonly E2eCase[] = [
  ...coordinatorOnBrokenNode,
  ...corednsDead,
  ...slackDown,
  ...killedHalfway,
  ...twoFaults,
  ...blip,
];
