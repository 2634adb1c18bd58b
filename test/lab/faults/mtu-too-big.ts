import { addDropRules, removeDropRules } from './drop-rules.ts';
import type { Fault } from './fault.ts';
import { measuring } from './measuring.ts';
import { dropPodTraffic } from './pod-traffic.ts';

const table = 'lab_mtu';

// Only what pods send is hit: a real link of 1400 bytes would also black-hole the node's own TCP to the API server.
export const mtuTooBig: Fault = {
  name: 'mtu-too-big',
  about:
    'The way to and from the node carries packets of pods of at most 1400 bytes, while the pods have a greater MTU. ' +
    'Small packets and DNS are fine; large ones vanish without ICMP, bulk TCP stalls.',
  cause: 'mtu-mismatch',
  symptoms: ['paths-failing'],
  inject: ({ lab, node }) => addDropRules(lab, node, table, dropPodTraffic(lab.network, 'ip length > 1400')),
  heal: ({ lab, node }) => removeDropRules(lab, node, table),
  async measure({ lab, node, peer }) {
    const measure = measuring(lab);
    for (const sizeBytes of [512, 1300, 1400]) {
      const label = `${node} -> ${peer} udp ${sizeBytes} B, don't fragment`;
      await measure.toEcho(node, peer, 7071, label, {
        kind: 'udp',
        attempts: 4,
        sizeBytes,
        dontFragment: true,
      });
    }
    await measure.toEcho(node, peer, 7070, `${node} -> ${peer} tcp 60 kB`, {
      kind: 'tcp',
      attempts: 2,
      sizeBytes: 60_000,
      timeoutMs: 3000,
    });
    return measure.result();
  },
};
