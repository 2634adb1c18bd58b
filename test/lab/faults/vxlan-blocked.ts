import { nodeAddress } from '../lab-addresses.ts';
import { addDropRules, removeDropRules } from './drop-rules.ts';
import type { Fault } from './fault.ts';
import { measuring } from './measuring.ts';
import { dropPodTraffic } from './pod-traffic.ts';

const table = 'lab_vxlan_blocked';

export const vxlanBlocked: Fault = {
  name: 'vxlan-blocked',
  about:
    'VXLAN packets (UDP 8472) are dropped at the node, in and out. ' +
    'Its pods are cut off from pods elsewhere; the node itself is Ready and reaches the others.',
  cause: 'overlay-blocked',
  symptoms: ['paths-failing'],
  networks: ['vxlan'],
  inject: ({ lab, node }) => addDropRules(lab, node, table, dropPodTraffic(lab.network, '')),
  heal: ({ lab, node }) => removeDropRules(lab, node, table),
  async measure({ lab, node, peer }) {
    const measure = measuring(lab);
    await measure.podToPod(node, peer);
    await measure.path(node, `${node} -> ${peer} node (underlay)`, {
      kind: 'tcp',
      target: `${nodeAddress(peer)}:10250`,
      attempts: 1,
      sizeBytes: 0,
    });
    await measure.podToPod(node, node);
    return measure.result();
  },
};
