import { dnsPods } from './symptoms/dns-pods.ts';
import { emptyServices } from './symptoms/empty-services.ts';
import { nodeAgents } from './symptoms/node-agents.ts';
import { nodeNetwork } from './symptoms/node-network.ts';
import { nodesNotReady } from './symptoms/nodes-not-ready.ts';
import type { Observation, Observed } from './symptoms/observation.ts';
import { pathsFailing } from './symptoms/paths-failing.ts';
import { podAddresses } from './symptoms/pod-addresses.ts';
import { podsStuck } from './symptoms/pods-stuck.ts';
import { serviceEndpoints } from './symptoms/service-endpoints.ts';
import { shutServices } from './symptoms/shut-services.ts';

/** Everything that is wrong right now, before any dwell: S1 from the probes, S2 to S5 from the cluster's state. */
export function observeSymptoms(observation: Observation): Observed[] {
  const network = [
    ...pathsFailing(observation),
    ...podsStuck(observation),
    ...nodeAgents(observation),
    ...dnsPods(observation),
    ...nodeNetwork(observation),
    ...nodesNotReady(observation),
  ];
  return [
    ...network,
    ...podAddresses(observation),
    ...serviceEndpoints(observation),
    ...emptyServices(observation, network.length > 0),
    ...shutServices(observation),
  ];
}
