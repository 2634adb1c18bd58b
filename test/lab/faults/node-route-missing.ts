import type { Fault } from './fault.ts';
import { podRange } from './lab-nodes.ts';
import { measuring } from './measuring.ts';

const soon = { timeoutMs: 20_000 };

export const nodeRouteMissing: Fault = {
  name: 'node-route-missing',
  about:
    "The node has lost its route to the peer's pod range; flannel does not put it back by itself. " +
    "The two cannot reach each other's pods, either way; everything else is fine.",
  cause: 'route-missing-or-wrong',
  symptoms: ['paths-failing'],
  // With host-gw, flannel looks every ten seconds and puts it back.
  networks: ['vxlan'],
  async inject({ lab, node, peer }) {
    const range = await podRange(lab, peer);
    await lab.on(node, ['sh', '-c', 'ip route del "$1" 2>/dev/null; true', 'sh', range], soon);
  },
  async heal({ lab, node, peer }) {
    const range = await podRange(lab, peer);
    const via = range.split('/')[0] ?? '';
    await lab.on(node, ['ip', 'route', 'replace', range, 'via', via, 'dev', 'flannel.1', 'onlink'], soon);
  },
  async measure({ lab, node, peer }) {
    const measure = measuring(lab);
    await measure.podToPod(node, peer);
    await measure.podToPod(peer, node);
    return measure.result();
  },
};
