import { faults } from '../lab/faults/registry.ts';
import type { LabNetwork } from '../lab/lab.ts';
import type { E2eCase } from './case.ts';
import { acceptableCauses, inWords, type Expectation, type Subject } from './expectations/expectation.ts';
import { expectationOf } from './expectations/table.ts';
import { runFault } from './fault-run.ts';

/** What CI runs of the faults: a plan for each kind of component, and an escalation. */
const coreFaults = new Set([
  'cni-ds-not-scheduled',
  'coredns-corefile-broken',
  'kube-proxy-gone',
  'networkpolicy-blocks-dns',
  // One for each kind of network.
  'vxlan-blocked',
  'pod-traffic-filtered',
]);

/** What these are about is on no node in particular. */
const anywhere = new Set<Subject>(['dns', 'namespace', 'service']);

/** Every fault of a lab with that network; those of a node on one with and on one without the coordinator. */
export function faultCases(network: LabNetwork): readonly E2eCase[] {
  return faults
    .filter(({ networks }) => networks === undefined || networks.includes(network))
    .map(({ name }) => faultCase(expectationOf(name)));
}

function faultCase(expectation: Expectation): E2eCase {
  return {
    name: expectation.fault,
    group: 'fault',
    about: inWords(expectation, causesOf(expectation)),
    core: coreFaults.has(expectation.fault),
    placements: anywhere.has(expectation.subject)
      ? ['anywhere']
      : ['without-coordinator', 'with-coordinator'],
    subjects: [expectation.subject],
    changes: expectation.endings.flatMap((ending) => (ending.by === 'plan' ? ending.changes : [])),
    run: (run) => runFault(run, expectation),
  };
}

function causesOf(expectation: Expectation) {
  const fault = faults.find(({ name }) => name === expectation.fault);
  if (fault === undefined) throw new Error(`the lab has no fault ${expectation.fault}`);
  return acceptableCauses(expectation, fault);
}
