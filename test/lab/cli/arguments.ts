import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import type { LabNetwork } from '../lab.ts';
import { isLabName, maxNodes } from '../lab-names.ts';

/** What the command line asks for. */
export type LabRequest =
  | { do: 'help' }
  | { do: 'refuse'; why: string }
  | { do: 'up'; name: string; nodes: number; network: LabNetwork | null }
  | { do: 'down'; name: string }
  | { do: 'status'; name: string; json: boolean }
  | { do: 'kubectl'; name: string; args: string[] }
  | { do: 'on'; name: string; node: string; command: string[] }
  | { do: 'faults'; json: boolean }
  | {
      do: 'fault' | 'heal' | 'measure';
      name: string;
      fault: string;
      node: string;
      peer: string;
      json: boolean;
    }
  | { do: 'prove'; name: string; json: boolean }
  /** No names: all of them. */
  | { do: 'prove-faults'; name: string; faults: string[]; node: string; peer: string; json: boolean }
  | { do: 'deploy'; name: string; mode: 'advise' | 'remediate'; json: boolean }
  | { do: 'undeploy'; name: string };

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const help = { type: 'boolean', short: 'h' } as const;
/** Every command's options, beside --name and --help. */
const optionsOf: Record<string, ParseArgsOptionsConfig> = {
  up: { nodes: text, network: text },
  down: {},
  status: { json: flag },
  faults: { json: flag },
  fault: { node: text, peer: text, json: flag },
  heal: { node: text, peer: text, json: flag },
  measure: { node: text, peer: text, json: flag },
  prove: { faults: flag, node: text, peer: text, json: flag },
  deploy: { mode: text, json: flag },
  undeploy: {},
};
export const defaultLabName = 'lab';
const defaultNodes = 3;

export function readArguments(args: readonly string[], env: NodeJS.ProcessEnv): LabRequest {
  const given = env['PATHMEDIC_LAB_NAME'];
  const before = leadingName(args, given === undefined || given === '' ? defaultLabName : given);
  const [command, ...rest] = before.rest;
  if (command === undefined || command === '--help' || command === '-h' || command === 'help')
    return { do: 'help' };
  if (command === 'kubectl' || command === 'on') return passOn(command, leadingName(rest, before.name));
  return parsed(command, rest, before.name);
}

/** `--name NAME` in front of all else: what comes after `kubectl` and `on` is not the lab's to read. */
function leadingName(args: readonly string[], otherwise: string): { name: string; rest: string[] } {
  const [first = '', second, ...rest] = args;
  if (first === '--name' && second !== undefined) return { name: second, rest };
  if (first.startsWith('--name=')) return { name: first.slice('--name='.length), rest: args.slice(1) };
  return { name: otherwise, rest: [...args] };
}

function passOn(command: 'kubectl' | 'on', { name, rest }: { name: string; rest: string[] }): LabRequest {
  if (!isLabName(name)) return badName(name);
  if (command === 'kubectl') return { do: 'kubectl', name, args: rest };
  const [node, ...inside] = rest;
  if (node === '--help' || node === '-h') return { do: 'help' };
  if (node === undefined || inside.length === 0)
    return { do: 'refuse', why: 'on takes a node and a command: on node2 ip route' };
  return { do: 'on', name, node, command: inside };
}

function parsed(command: string, args: readonly string[], otherwise: string): LabRequest {
  const options = optionsOf[command];
  if (options === undefined)
    return { do: 'refuse', why: `there is no command ${command}; --help lists them` };
  let values: Record<string, unknown>;
  let positionals: string[];
  try {
    ({ values, positionals } = parseArgs({
      args: [...args],
      options: { ...options, name: text, help },
      allowPositionals: true,
    }));
  } catch (error) {
    return { do: 'refuse', why: `${command}: ${error instanceof Error ? error.message : String(error)}` };
  }
  if (values['help'] === true) return { do: 'help' };
  const name = textOf(values['name']) ?? otherwise;
  if (!isLabName(name)) return badName(name);
  if (command === 'prove' && values['faults'] === true) return proveFaultsRequest(name, values, positionals);
  const takes = command === 'fault' || command === 'heal' || command === 'measure' ? 1 : 0;
  if (positionals.length > takes)
    return { do: 'refuse', why: `${command}: what is ${positionals[takes]} for?` };
  return request(command, { name, values, first: positionals[0] });
}

interface Given {
  name: string;
  values: Record<string, unknown>;
  first: string | undefined;
}

function request(command: string, { name, values, first }: Given): LabRequest {
  const json = values['json'] === true;
  switch (command) {
    case 'up':
      return upRequest(name, textOf(values['nodes']), textOf(values['network']));
    case 'fault':
    case 'heal':
    case 'measure':
      if (first === undefined)
        return { do: 'refuse', why: `${command} takes the name of a fault; faults lists them` };
      return {
        do: command,
        name,
        fault: first,
        ...nodesOf(values),
        json,
      };
    case 'deploy': {
      const mode = textOf(values['mode']) ?? 'remediate';
      if (mode !== 'advise' && mode !== 'remediate')
        return { do: 'refuse', why: '--mode is advise or remediate' };
      return { do: 'deploy', name, mode, json };
    }
    case 'faults':
      return { do: 'faults', json };
    case 'status':
    case 'prove':
      return { do: command, name, json };
    case 'down':
    case 'undeploy':
      return { do: command, name };
    default:
      return { do: 'refuse', why: `there is no command ${command}; --help lists them` };
  }
}

function proveFaultsRequest(name: string, values: Record<string, unknown>, faults: string[]): LabRequest {
  return { do: 'prove-faults', name, faults, ...nodesOf(values), json: values['json'] === true };
}

function nodesOf(values: Record<string, unknown>): { node: string; peer: string } {
  return { node: textOf(values['node']) ?? 'node2', peer: textOf(values['peer']) ?? 'node3' };
}

function upRequest(name: string, nodesText: string | undefined, network: string | undefined): LabRequest {
  const nodes = nodesText === undefined ? defaultNodes : Number(nodesText);
  if (!Number.isInteger(nodes) || nodes < 1 || nodes > maxNodes)
    return { do: 'refuse', why: `--nodes is a number from 1 to ${maxNodes}` };
  if (network !== undefined && network !== 'vxlan' && network !== 'routed')
    return { do: 'refuse', why: '--network is vxlan or routed' };
  return { do: 'up', name, nodes, network: network ?? null };
}

function badName(name: string): LabRequest {
  return {
    do: 'refuse',
    why: `a lab cannot be called ${name}: a small letter, then small letters, digits and dashes, 20 at most`,
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
