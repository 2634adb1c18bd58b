import { labPrograms, type LabProgram } from '../lab.ts';
import { controlNode, nodeGroup } from '../lab-names.ts';
import { processesIn } from '../machine/cgroups.ts';
import { readProcess, type Process } from '../machine/processes.ts';
import { runCommand } from '../machine/run-command.ts';
import { waitUntil } from '../machine/waiting.ts';
import { nodeCommand } from './run-node.ts';

const perNode: readonly LabProgram[] = ['containerd', 'kubelet'];
const changeMs = 15_000;

/** The program's processes as this machine sees them, by the members of the node's cgroup. */
export async function programsOf(
  lab: string,
  node: string,
): Promise<{ program: string; process: Process }[]> {
  const found: { program: string; process: Process }[] = [];
  for (const pid of await processesIn(nodeGroup(lab, node), 'alone')) {
    const process = await readProcess(pid);
    const program = process === null ? null : programName(process.argv);
    if (process !== null && program !== null) found.push({ program, process });
  }
  return found;
}

/** `kubelab kubelet ...` is kubelet; what holds the node or a pod up (PID 1, shells, shims) is none. */
export function programName(argv: readonly string[]): string | null {
  const base = argv[0]?.split('/').at(-1) ?? '';
  if (base === 'kubelab') return argv[1] ?? null;
  const scaffold = ['', 'bash', 'sh', 'sleep', 'labkit', 'unshare', 'nsenter', 'containerd-shim-runc-v2'];
  return scaffold.includes(base) ? null : base;
}

/** Those that a node has, in the order in which they need each other. */
export function programsThatNodeHas(node: string): readonly LabProgram[] {
  return node === controlNode ? labPrograms : perNode;
}

/** Idempotent; resolves when no process of the program runs. */
export async function stopProgram(
  lab: string,
  node: string,
  program: LabProgram,
  how: 'ended' | 'frozen',
): Promise<void> {
  assertHas(node, program);
  if (how === 'ended') await inNode(lab, node, ['touch', `/run/stop/${program}`]);
  await waitUntil(`${program} of ${node} to be ${how}`, changeMs, async () => {
    const running = (await processesOf(lab, node, program)).filter(
      (p) => how === 'ended' || p.state === 'runs',
    );
    for (const { pid } of running) process.kill(pid, how === 'ended' ? 'SIGKILL' : 'SIGSTOP');
    return running.length === 0;
  });
}

/** Undoes both ways of stopping; resolves when a process of the program runs. */
export async function startProgram(lab: string, node: string, program: LabProgram): Promise<void> {
  assertHas(node, program);
  await inNode(lab, node, ['rm', '-f', `/run/stop/${program}`]);
  await waitUntil(`${program} of ${node} to run`, changeMs, async () => {
    const found = await processesOf(lab, node, program);
    for (const { pid } of found.filter(({ state }) => state === 'frozen')) process.kill(pid, 'SIGCONT');
    return found.some(({ state }) => state === 'runs');
  });
}

async function processesOf(lab: string, node: string, program: LabProgram): Promise<Process[]> {
  const all = await programsOf(lab, node);
  return all
    .filter((found) => found.program === program && found.process.state !== 'zombie')
    .map((f) => f.process);
}

function assertHas(node: string, program: LabProgram): void {
  if (!programsThatNodeHas(node).includes(program)) {
    throw new Error(`${program} runs on ${controlNode} only, not on ${node}`);
  }
}

async function inNode(lab: string, node: string, command: readonly string[]): Promise<void> {
  await runCommand(await nodeCommand(lab, node, command));
}
