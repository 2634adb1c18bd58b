import { addDropRules, removeDropRules } from './drop-rules.ts';
import type { Fault } from './fault.ts';
import { measuring } from './measuring.ts';
import { dropPodTraffic } from './pod-traffic.ts';

const table = 'lab_partial_loss';

export const partialLoss: Fault = {
  name: 'partial-loss',
  about:
    'One in five packets of pods that reach the node is dropped at random. ' +
    'UDP loses about 20 %; HTTP succeeds after retransmissions of a second.',
  // Neither blocked nor misrouted: a bad cable or card, which no runbook mends.
  cause: 'other',
  alsoTrue: ['overlay-blocked', 'node-kernel-or-host-firewall'],
  symptoms: ['paths-failing'],
  inject: ({ lab, node }) =>
    addDropRules(lab, node, table, dropPodTraffic(lab.network, 'numgen random mod 100 < 20', ['arriving'])),
  heal: ({ lab, node }) => removeDropRules(lab, node, table),
  async measure({ lab, node, peer }) {
    const measure = measuring(lab);
    await measure.toEcho(node, peer, 7071, `${node} -> ${peer} udp, 100 packets`, {
      kind: 'udp',
      attempts: 100,
      timeoutMs: 200,
    });
    await measure.toEcho(node, peer, 8080, `${node} -> ${peer} http, 10 requests`, {
      kind: 'http',
      attempts: 10,
      timeoutMs: 3000,
    });
    return measure.result();
  },
};
