import type { Fault } from './fault.ts';
import { podRange } from './lab-nodes.ts';
import { measuring } from './measuring.ts';

const soon = { timeoutMs: 20_000 };

/** Both halves of a /24: together they take all of its traffic, whatever route flannel keeps for the whole. */
function halves(range: string): string[] {
  const start = (range.split('/')[0] ?? '').split('.').slice(0, 3).join('.');
  return [`${start}.0/25`, `${start}.128/25`];
}

export const nodeRouteWrong: Fault = {
  name: 'node-route-wrong',
  about:
    "Blackhole routes of the node, more specific than flannel's, cover the peer's pod range. " +
    "The two cannot reach each other's pods, either way; everything else is fine.",
  cause: 'route-missing-or-wrong',
  symptoms: ['paths-failing'],
  async inject({ lab, node, peer }) {
    for (const half of halves(await podRange(lab, peer))) {
      await lab.on(node, ['ip', 'route', 'replace', 'blackhole', half], soon);
    }
  },
  async heal({ lab, node, peer }) {
    for (const half of halves(await podRange(lab, peer))) {
      await lab.on(node, ['sh', '-c', 'ip route del blackhole "$1" 2>/dev/null; true', 'sh', half], soon);
    }
  },
  async measure({ lab, node, peer }) {
    const measure = measuring(lab);
    await measure.podToPod(node, peer);
    await measure.podToPod(peer, node);
    return measure.result();
  },
};
