import type { Lab } from '../lab.ts';

/** A call that answers at once or not at all. */
export const quickly = { timeoutMs: 20_000 };
const rolloutMs = 120_000;

/** As `kubectl edit` does it: the annotation of the last `kubectl apply` stays as it was. */
export async function mergePatch(
  lab: Lab,
  namespace: string,
  object: string,
  patch: Readonly<Record<string, unknown>>,
): Promise<void> {
  await lab.kubectl(['-n', namespace, 'patch', object, '--type=merge', '-p', JSON.stringify(patch)], quickly);
}

/** Lists are merged by the key of their entries (containers by name). */
export async function strategicPatch(
  lab: Lab,
  namespace: string,
  object: string,
  patch: Readonly<Record<string, unknown>>,
): Promise<void> {
  await lab.kubectl(
    ['-n', namespace, 'patch', object, '--type=strategic', '-p', JSON.stringify(patch)],
    quickly,
  );
}

/** Puts one value of an object back as it was, whatever it is now. */
export async function putBack(
  lab: Lab,
  namespace: string,
  object: string,
  pointer: string,
  valueJson: string,
): Promise<void> {
  const patch = `[{"op":"add","path":${JSON.stringify(pointer)},"value":${valueJson}}]`;
  await lab.kubectl(['-n', namespace, 'patch', object, '--type=json', '-p', patch], quickly);
}

export async function apply(lab: Lab, object: Readonly<Record<string, unknown>>): Promise<void> {
  await lab.kubectl(['apply', '-f', '-'], { ...quickly, input: JSON.stringify(object) });
}

export async function remove(lab: Lab, namespace: string, ...objects: readonly string[]): Promise<void> {
  await lab.kubectl(['-n', namespace, 'delete', ...objects, '--ignore-not-found', '--wait=false'], quickly);
}

/** One value of an object as JSON; '' when it is not set. */
export async function readValue(lab: Lab, namespace: string, object: string, path: string): Promise<string> {
  return lab.kubectl(['-n', namespace, 'get', object, '-o', `jsonpath=${path}`], quickly);
}

export async function rolledOut(lab: Lab, namespace: string, workload: string): Promise<void> {
  await lab.kubectl(['-n', namespace, 'rollout', 'status', workload, `--timeout=${rolloutMs / 1000}s`], {
    timeoutMs: rolloutMs + 5_000,
  });
}
