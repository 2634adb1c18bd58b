import { z } from 'zod';
import { coreDns } from './corefile.ts';
import { addDropRules, removeDropRules } from './drop-rules.ts';
import { rememberOnce } from './fault-memory.ts';
import type { Fault, FaultPlace } from './fault.ts';
import { podsOf, type LabPod } from './lab-pods.ts';
import { clusterName, measuring } from './measuring.ts';

const table = 'lab_dns_blackhole';
const Target = z.object({ node: z.string(), ip: z.string() });

async function coreDnsPods(place: FaultPlace): Promise<(LabPod & { ip: string })[]> {
  const pods = await podsOf(place.lab, coreDns.namespace, { selector: coreDns.selector });
  return pods.flatMap((pod) => (pod.ip === null ? [] : [{ ...pod, ip: pod.ip }]));
}

/** One on the place's node if there is one: the node is part of what a test chooses. */
async function chooseTarget(place: FaultPlace): Promise<string> {
  const pods = await coreDnsPods(place);
  const pod = pods.find((candidate) => candidate.node === place.node) ?? pods[0];
  if (pod === undefined) throw new Error('no CoreDNS pod has an address');
  return JSON.stringify({ node: pod.node, ip: pod.ip });
}

export const corednsOneBlackholed: Fault = {
  name: 'coredns-one-blackholed',
  about:
    'Queries to one of the CoreDNS pods are dropped on its node, while its health and readiness checks pass. ' +
    'About half of all lookups time out; every pod is Ready.',
  // What drops them is on the host; CoreDNS itself is in order.
  cause: 'node-kernel-or-host-firewall',
  alsoTrue: ['coredns-crash', 'coredns-overload-or-conntrack-race'],
  symptoms: ['paths-failing'],
  async inject(place) {
    const { node, ip } = Target.parse(
      JSON.parse(await rememberOnce(place, 'target', () => chooseTarget(place))),
    );
    const rules = [`ip daddr ${ip} udp dport 53 counter drop`, `ip daddr ${ip} tcp dport 53 counter drop`];
    await addDropRules(place.lab, node, table, [
      { hook: 'forward', priority: -400, rules },
      { hook: 'postrouting', priority: -400, rules },
    ]);
  },
  async heal(place) {
    const remembered = await place.recall('target');
    if (remembered === null) return;
    await removeDropRules(place.lab, Target.parse(JSON.parse(remembered)).node, table);
    await place.forget('target');
  },
  async measure(place) {
    const { lab, node } = place;
    const measure = measuring(lab);
    const query = { kind: 'dns-udp', target: clusterName, timeoutMs: 700 } as const;
    try {
      for (const pod of await coreDnsPods(place)) {
        await measure.path(node, `${node} dns at ${pod.ip} (${pod.node})`, {
          ...query,
          server: `${pod.ip}:53`,
        });
      }
    } catch (error) {
      await measure.look('CoreDNS pods', () =>
        Promise.reject(error instanceof Error ? error : new Error(String(error))),
      );
    }
    await measure.path(node, `${node} dns through the service`, { ...query, attempts: 12 });
    return measure.result();
  },
};
