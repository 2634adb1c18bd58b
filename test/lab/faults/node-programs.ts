import type { Lab } from '../lab.ts';

const soon = { timeoutMs: 20_000 };

/** Ends a program of a node (its kubelet, the controller manager...) and keeps it from being started again. */
export async function stopProgram(lab: Lab, node: string, program: string): Promise<void> {
  await lab.on(
    node,
    ['sh', '-c', 'touch /run/stop/$1; kill "$(cat /run/svc/$1)" 2>/dev/null; true', 'sh', program],
    soon,
  );
}

/** Lets it run again; it is started within a second or two. */
export async function resumeProgram(lab: Lab, node: string, program: string): Promise<void> {
  await lab.on(node, ['rm', '-f', `/run/stop/${program}`], soon);
}

export async function restartProgram(lab: Lab, node: string, program: string): Promise<void> {
  await lab.on(node, ['sh', '-c', 'kill "$(cat /run/svc/$1)" 2>/dev/null; true', 'sh', program], soon);
}
