import { faultPlace } from '../fault-place.ts';
import type { Fault, FaultPlace, Measurement } from '../faults/fault.ts';
import { faults } from '../faults/registry.ts';
import type { Lab } from '../lab.ts';
import { controlNode, nodeNumber } from '../lab-names.ts';
import type { LabRequest } from './arguments.ts';

type Say = (line: string) => void;
type FaultRequest = Extract<LabRequest, { fault: string }>;

export type FaultChoice = { ok: true; fault: Fault } | { ok: false; why: string };

/** The fault of that name, if it can be made in such a lab and at such a node. */
export function chooseFault(
  known: readonly Fault[],
  request: Pick<FaultRequest, 'fault' | 'node' | 'peer'>,
  lab: { network: Lab['network']; nodes: readonly string[] },
): FaultChoice {
  const fault = known.find(({ name }) => name === request.fault);
  const { node, peer } = request;
  if (fault === undefined) return { ok: false, why: `there is no fault ${request.fault}; faults lists them` };
  if (fault.networks !== undefined && !fault.networks.includes(lab.network))
    return { ok: false, why: `${fault.name} needs a lab with --network ${fault.networks.join(' or ')}` };
  if (fault.nodes === 'workers' && node === controlNode)
    return { ok: false, why: `${fault.name} on ${controlNode} would end the cluster; choose another --node` };
  if (nodeNumber(node) === null) return { ok: false, why: `no node of a lab is called ${node}` };
  if (node === peer) return { ok: false, why: '--node and --peer are the same node' };
  // The broken node may be down, which can be the fault.
  if (!lab.nodes.includes(peer))
    return { ok: false, why: `--peer ${peer} does not run; there are ${lab.nodes.join(', ')}` };
  return { ok: true, fault };
}

export function listFaults(json: boolean): number {
  if (json) {
    const list = faults.map(({ name, about, cause, networks }) => ({ name, about, cause, networks }));
    process.stdout.write(`${JSON.stringify(list, null, 2)}\n`);
    return 0;
  }
  const width = Math.max(...faults.map(({ name }) => name.length)) + 2;
  for (const { name, about, networks } of faults) {
    const only = networks === undefined ? '' : ` (${networks.join(', ')} only)`;
    process.stdout.write(`${name.padEnd(width)}${about}${only}\n`);
  }
  return 0;
}

/** Exit code: 0 done or healthy; 1 the fault shows; 4 it could not be measured. */
export async function runFault(request: FaultRequest, lab: Lab, say: Say): Promise<number> {
  const choice = chooseFault(faults, request, { network: lab.network, nodes: await lab.nodes() });
  if (!choice.ok) {
    say(choice.why);
    return 2;
  }
  const { fault } = choice;
  const place: FaultPlace = faultPlace(lab, request.node, request.peer, fault.name);
  switch (request.do) {
    case 'fault':
      say(`${fault.name} at ${place.node}: ${fault.about}`);
      await fault.inject(place);
      say(`in place; measure ${fault.name} shows it, heal ${fault.name} undoes it`);
      return 0;
    case 'heal':
      await fault.heal(place);
      say(`${fault.name} at ${place.node} is undone`);
      return 0;
    case 'measure':
      return tellMeasurement(await fault.measure(place), request.json);
    default:
      return request.do satisfies never;
  }
}

function tellMeasurement(measured: Measurement, json: boolean): number {
  if (json) process.stdout.write(`${JSON.stringify(measured, null, 2)}\n`);
  else process.stdout.write(`${[...measured.lines.map((line) => `  ${line}`), measured.state].join('\n')}\n`);
  switch (measured.state) {
    case 'healthy':
      return 0;
    case 'faulty':
      return 1;
    case 'unmeasured':
      return 4;
    default:
      return measured.state satisfies never;
  }
}
