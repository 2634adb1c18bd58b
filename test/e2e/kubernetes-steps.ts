import type { Lab } from '../lab/lab.ts';

const patiently = { timeoutMs: 200_000 };

/** Restarts the pods of a workload (`daemonset/NAME`, `deployment/NAME`) one by one, and waits until that is over. */
export async function rollOut(lab: Lab, namespace: string, workload: string): Promise<void> {
  await lab.kubectl(['-n', namespace, 'rollout', 'restart', workload]);
  await rolledOut(lab, namespace, workload);
}

export async function rolledOut(lab: Lab, namespace: string, workload: string): Promise<void> {
  await lab.kubectl(['-n', namespace, 'rollout', 'status', workload, '--timeout=180s'], patiently);
}

export async function nodeReady(lab: Lab, node: string): Promise<void> {
  await lab.kubectl(['wait', '--for=condition=Ready', `node/${node}`, '--timeout=120s'], patiently);
}

export async function drain(lab: Lab, node: string): Promise<void> {
  await lab.kubectl(
    ['drain', node, '--ignore-daemonsets', '--delete-emptydir-data', '--force', '--timeout=120s'],
    patiently,
  );
}

export async function uncordon(lab: Lab, node: string): Promise<void> {
  await lab.kubectl(['uncordon', node]);
}
