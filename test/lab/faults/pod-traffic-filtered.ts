import { addDropRules, removeDropRules } from './drop-rules.ts';
import type { Fault } from './fault.ts';
import { measuring } from './measuring.ts';
import { dropPodTraffic } from './pod-traffic.ts';

const table = 'lab_pod_traffic_filtered';

export const podTrafficFiltered: Fault = {
  name: 'pod-traffic-filtered',
  about:
    "Packets to pods' addresses are dropped at the node's interface, as by a filter that knows only the nodes' addresses. " +
    'Its pods are cut off from pods elsewhere; the node itself is Ready and reaches the others.',
  cause: 'node-kernel-or-host-firewall',
  alsoTrue: ['overlay-blocked', 'route-missing-or-wrong'],
  symptoms: ['paths-failing'],
  networks: ['routed'],
  inject: ({ lab, node }) => addDropRules(lab, node, table, dropPodTraffic(lab.network, '')),
  heal: ({ lab, node }) => removeDropRules(lab, node, table),
  async measure({ lab, node, peer }) {
    const measure = measuring(lab);
    await measure.podToPod(node, peer);
    await measure.podToPod(peer, node);
    await measure.podToPod(node, node);
    return measure.result();
  },
};
