import { parseCorefile } from '../actions/corefile-parse.ts';
import { zoneOfKey } from '../actions/corefile-check.ts';
import { meantWord } from './edit-distance.ts';

const REVERSE = /(^|\.)(in-addr|ip6)\.arpa$/;
const DEFAULT = 'cluster.local';

function zonesIn(corefile: string): string[] {
  return parseCorefile(corefile)
    .blocks.flatMap(({ directives }) => directives.filter(({ name }) => name === 'kubernetes'))
    .flatMap(({ args }) => args.map(zoneOfKey))
    .filter((zone) => zone !== '' && !REVERSE.test(zone));
}

/**
 * The zone of the cluster's own names: as the last good Corefile has it, else the default if the present one mentions it
 * at all, else what the present one has; but where names fail (`namesFail`: answers with an error code) one that is
 * nearly the default is taken for a slip. Nodes know the zone for sure (kubelet's clusterDomain), the API does not show it.
 */
export function clusterZone(corefile: string, lastGood: string | null, namesFail: boolean): string {
  const before = lastGood === null ? [] : zonesIn(lastGood);
  if (before[0] !== undefined) return before[0];
  const present = zonesIn(corefile);
  if (present.includes(DEFAULT) || corefile.includes(DEFAULT)) return DEFAULT;
  const slip = namesFail && present.some((zone) => meantWord(zone, [DEFAULT]) !== null);
  return slip ? DEFAULT : (present[0] ?? DEFAULT);
}
