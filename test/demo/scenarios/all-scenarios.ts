import { addressesExhausted } from './addresses-exhausted.ts';
import { blip } from './blip.ts';
import { cniMissesANode } from './cni-misses-a-node.ts';
import { corefileBroken } from './corefile-broken.ts';
import { policyForgetsDns } from './policy-forgets-dns.ts';
import type { Scenario } from './scenario.ts';

/** The first one is the default. */
export const allScenarios: readonly Scenario[] = [
  corefileBroken,
  cniMissesANode,
  policyForgetsDns,
  blip,
  addressesExhausted,
];
