import type { Lab, LabProgram } from '../lab.ts';

/** Ends a program of a node and starts it again; resolves when it runs, which is before it is ready. */
export async function restartProgram(lab: Lab, node: string, program: LabProgram): Promise<void> {
  await lab.stopProgram(node, program);
  await lab.startProgram(node, program);
}
