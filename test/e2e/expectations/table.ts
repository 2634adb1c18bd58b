import { cniExpectations } from './cni.ts';
import { dnsExpectations } from './dns.ts';
import type { Expectation } from './expectation.ts';
import { nodeExpectations } from './nodes.ts';
import { podNetworkExpectations } from './pod-network.ts';
import { policyExpectations } from './policies.ts';
import { serviceExpectations } from './services.ts';

/** What is expected of the product for every fault of the lab. */
export const expectations: readonly Expectation[] = [
  ...dnsExpectations,
  ...cniExpectations,
  ...podNetworkExpectations,
  ...nodeExpectations,
  ...serviceExpectations,
  ...policyExpectations,
];

export function expectationOf(fault: string): Expectation {
  const found = expectations.find((e) => e.fault === fault);
  if (found === undefined) throw new Error(`no expectation for the fault ${fault}`);
  return found;
}
