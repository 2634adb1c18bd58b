import { addDropRules, removeDropRules } from './drop-rules.ts';
import type { Fault } from './fault.ts';
import { measuring } from './measuring.ts';

const table = 'lab_host_firewall';

export const hostFirewallForwardDrop: Fault = {
  name: 'host-firewall-forward-drop',
  about:
    "A host firewall of the node forwards nothing but what it knows, as a server's template has it. " +
    'Its pods reach neither pods elsewhere nor anything outside; the node itself is Ready and reaches the others.',
  cause: 'node-kernel-or-host-firewall',
  symptoms: ['paths-failing'],
  inject: ({ lab, node }) =>
    // After the rules of kube-proxy and flannel: their accept ends their own chain only.
    addDropRules(lab, node, table, [
      { hook: 'forward', priority: 10, policy: 'drop', rules: ['ct state established,related accept'] },
    ]),
  heal: ({ lab, node }) => removeDropRules(lab, node, table),
  async measure({ lab, node, peer }) {
    const measure = measuring(lab);
    await measure.podToPod(node, peer);
    await measure.podToPod(peer, node);
    return measure.result();
  },
};
