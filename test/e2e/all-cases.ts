import type { LabNetwork } from '../lab/lab.ts';
import type { E2eCase } from './case.ts';
import { faultCases } from './fault-cases.ts';
import { hardCases } from './hard/table.ts';
import { quietCases } from './quiet/table.ts';

/** Everything there is for a lab with that network. */
export function allCases(network: LabNetwork): readonly E2eCase[] {
  return [...faultCases(network), ...quietCases, ...hardCases];
}

/** Names of all, whatever the network. */
export function allNames(): string[] {
  return [...new Set([...allCases('vxlan'), ...allCases('routed')].map(({ name }) => name))];
}
