import { podCidr } from '../lab-addresses.ts';
import type { LabNetwork } from '../lab.ts';
import type { DropChain } from './drop-rules.ts';

/** Matches what pods of this node and of others send each other, as it is on the wire between the nodes. */
function onTheWire(network: LabNetwork): {
  arriving: [DropChain['hook'], string];
  leaving: [DropChain['hook'], string];
} {
  switch (network) {
    case 'vxlan':
      return { arriving: ['input', 'udp dport 8472'], leaving: ['output', 'udp dport 8472'] };
    case 'routed': {
      // Both directions have a pod's address as destination; what leaves is seen after routing, with its real device.
      const toPods = `ip daddr ${podCidr}`;
      return {
        arriving: ['prerouting', `iifname "eth0" ${toPods}`],
        leaving: ['postrouting', `oifname "eth0" ${toPods}`],
      };
    }
  }
}

/** Rules that drop the part of that traffic that `which` (nft words; '' is all) picks. */
export function dropPodTraffic(
  network: LabNetwork,
  which: string,
  directions: readonly ('arriving' | 'leaving')[] = ['arriving', 'leaving'],
): DropChain[] {
  const wire = onTheWire(network);
  return directions.map((direction) => {
    const [hook, match] = wire[direction];
    return { hook, priority: -400, rules: [`${match} ${which} counter drop`.replace('  ', ' ')] };
  });
}
