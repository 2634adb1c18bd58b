import type { Fault } from './fault.ts';
import { measuring } from './measuring.ts';

const key = 'net.ipv4.ip_forward';

export const ipForwardOff: Fault = {
  name: 'ip-forward-off',
  about:
    'net.ipv4.ip_forward is 0 on the node, as after a hardening run. ' +
    'Its pods reach only each other; the node itself is Ready and reaches the others.',
  cause: 'node-kernel-or-host-firewall',
  symptoms: ['paths-failing'],
  inject: async ({ lab, node }) =>
    void (await lab.on(node, ['sysctl', '-qw', `${key}=0`], { timeoutMs: 20_000 })),
  heal: async ({ lab, node }) =>
    void (await lab.on(node, ['sysctl', '-qw', `${key}=1`], { timeoutMs: 20_000 })),
  async measure({ lab, node, peer }) {
    const measure = measuring(lab);
    await measure.look(`${key} of ${node}`, async () => {
      const value = (await lab.on(node, ['sysctl', '-n', key], { timeoutMs: 20_000 })).trim();
      return { healthy: value === '1', seen: value };
    });
    await measure.podToPod(node, peer);
    await measure.podToPod(peer, node);
    return measure.result();
  },
};
