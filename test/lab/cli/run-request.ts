import { bringUp, openLab, takeDown } from '../open-lab.ts';
import { labPlaces } from '../lab-places.ts';
import { labStatus, statusText } from '../lab-status.ts';
import type { Lab } from '../lab.ts';
import { readState } from '../lab-state.ts';
import { assertCanRun, thisMachine } from '../machine/can-run.ts';
import { plainEnv, runInTerminal } from '../machine/run-command.ts';
import { nodeCommand } from '../nodes/run-node.ts';
import { kubectlCommand } from '../running-lab.ts';
import type { LabRequest } from './arguments.ts';
import { helpText } from './help-text.ts';

type Say = (line: string) => void;

/** Does what was asked for, and gives the exit code. */
export async function runRequest(request: LabRequest, say: Say, signal: AbortSignal): Promise<number> {
  if (request.do !== 'help' && request.do !== 'refuse' && request.do !== 'faults')
    assertCanRun(await thisMachine());
  switch (request.do) {
    case 'help':
      process.stdout.write(helpText);
      return 0;
    case 'refuse':
      say(request.why);
      return 2;
    case 'up':
      return up(request, say, signal);
    case 'down':
      say(
        (await takeDown(request.name))
          ? `the lab ${request.name} is down`
          : `there is no lab ${request.name}`,
      );
      return 0;
    case 'kubectl': {
      const { state, places } = await openState(request.name);
      // kubectl caches what the server offers below HOME; every lab is a server of its own.
      return runInTerminal(kubectlCommand(state, places, request.args), { ...plainEnv, HOME: places.dir });
    }
    case 'on':
      return runInTerminal(await nodeCommand(request.name, request.node, request.command));
    case 'status': {
      const status = await labStatus(request.name);
      process.stdout.write(request.json ? `${JSON.stringify(status, null, 2)}\n` : statusText(status));
      return status.state === 'up' ? 0 : 1;
    }
    case 'faults':
      return (await faultCommands()).listFaults(request.json);
    case 'fault':
    case 'heal':
    case 'measure':
      return (await faultCommands()).runFault(request, await openedLab(request.name), say);
    case 'prove':
      return runProve(await openedLab(request.name), request.json, signal);
    case 'prove-faults':
      return runProveFaults(await openedLab(request.name), request, signal);
    case 'deploy':
      return (await deployCommands()).runDeploy(request, await openedLab(request.name), say, signal);
    case 'undeploy':
      return (await deployCommands()).runUndeploy(await openedLab(request.name), say);
    default:
      return request satisfies never;
  }
}

async function up(
  request: Extract<LabRequest, { do: 'up' }>,
  say: Say,
  signal: AbortSignal,
): Promise<number> {
  const startedMs = performance.now();
  const network = request.network ?? (await openLab(request.name))?.network ?? 'vxlan';
  const lab = await bringUp({ name: request.name, nodes: request.nodes, network }, say, signal);
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  say(`the lab ${lab.name} (${lab.network}) is up after ${seconds} s; KUBECONFIG=${lab.kubeconfigPath}`);
  return 0;
}

/** Loaded when asked for: up and down do not depend on every fault there is. */
function faultCommands() {
  return import('./fault-commands.ts');
}

function deployCommands() {
  return import('./deploy-commands.ts');
}

async function runProve(lab: Lab, json: boolean, signal: AbortSignal): Promise<number> {
  const { prove } = await import('../prove.ts');
  const proofs = await prove(
    lab,
    ({ name, ok, seen }) => {
      if (!json) process.stdout.write(`${ok ? 'ok    ' : 'FAIL  '}${name}: ${seen}\n`);
    },
    signal,
  );
  const failed = proofs.filter(({ ok }) => !ok);
  const summary = `${proofs.length - failed.length} of ${proofs.length} proven\n`;
  process.stdout.write(json ? `${JSON.stringify(proofs, null, 2)}\n` : summary);
  return failed.length === 0 ? 0 : 1;
}

async function runProveFaults(
  lab: Lab,
  { faults, node, peer, json }: Extract<LabRequest, { do: 'prove-faults' }>,
  signal: AbortSignal,
): Promise<number> {
  const { proofExitCode, proofTable, proveFaults } = await import('../faults/prove-faults.ts');
  const tell = (line: string): void => void process.stdout.write(json ? '' : `${line}\n`);
  const proofs = await proveFaults(lab, faults, { node, peer }, tell, { signal });
  tell(proofTable(proofs));
  if (json) process.stdout.write(`${JSON.stringify(proofs, null, 2)}\n`);
  return proofExitCode(proofs);
}

async function openedLab(name: string): Promise<Lab> {
  const lab = await openLab(name);
  if (lab === null) throw new Error(`the lab ${name} is not up; up brings it up`);
  return lab;
}

async function openState(name: string) {
  const places = labPlaces(name);
  const state = await readState(places);
  if (state === null) throw new Error(`there is no lab ${name}; up brings one up`);
  return { state, places };
}
