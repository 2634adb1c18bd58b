import { parseArgs } from 'node:util';
import type { LabNetwork } from '../lab/lab.ts';
import type { Placement } from './story.ts';

export interface Options {
  /** Names of the cases wanted; null: the core set, or everything. */
  names: readonly string[] | null;
  all: boolean;
  /** For what is done to a node; null: both where everything, or a case by name, was asked for, else one. */
  placements: readonly Placement[] | null;
  network: LabNetwork;
  lab: string;
  keep: boolean;
  json: boolean;
}

export type Command = { do: 'run'; options: Options } | { do: 'help' } | { do: 'list' };

export const usage = `End-to-end tests on a real Kubernetes.

  npm run test:e2e                       the core set, as CI runs it
  npm run test:e2e -- --all              every fault on both kinds of node, every quiet and every hard case
  npm run test:e2e -- --scenario NAME    only that one (may be repeated)
  npm run test:e2e -- --list             what there is

  --node with|without|both   put faults on the node of the coordinator, on another one, or one after the other
  --network vxlan|routed     how the lab's pods reach each other (default vxlan)
  --lab NAME                 lab to use (default e2e); one that was up before stays up
  --keep                     leave the lab and the product in it as they are in the end
  --json                     print the results as JSON

Uses a lab on this machine (Linux, root). What was seen of each case is kept in test/.test-output/e2e.
Exit codes: 0 all passed, 1 a case failed, 2 it could not be run.
`;

const labNetworks: readonly LabNetwork[] = ['vxlan', 'routed'];

const placementsOf: Record<string, readonly Placement[]> = {
  with: ['with-coordinator'],
  without: ['without-coordinator'],
  both: ['without-coordinator', 'with-coordinator'],
};

/** Throws with what to write instead. */
export function readCommand(argv: readonly string[], known: readonly string[]): Command {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      scenario: { type: 'string', multiple: true },
      all: { type: 'boolean', default: false },
      node: { type: 'string' },
      network: { type: 'string', default: 'vxlan' },
      lab: { type: 'string', default: 'e2e' },
      keep: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return { do: 'help' };
  if (values.list) return { do: 'list' };
  const unknown = (values.scenario ?? []).filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new Error(`unknown scenario ${unknown.join(', ')}; --list shows what there is`);
  if (values.all && values.scenario !== undefined) throw new Error('--all and --scenario exclude each other');
  const placements = values.node === undefined ? null : placementsOf[values.node];
  if (placements === undefined) throw new Error('--node is with, without or both');
  const network = labNetworks.find((one) => one === values.network);
  if (network === undefined) throw new Error(`--network is ${labNetworks.join(' or ')}`);
  const { all, lab, keep, json } = values;
  return {
    do: 'run',
    options: { names: values.scenario ?? null, all, placements, network, lab, keep, json },
  };
}
