import type { Lab } from '../lab.ts';
import { quickly, readValue } from './change-objects.ts';
import type { Sight } from './measuring.ts';

const readyMs = 15_000;

function podSpec(node: string): Record<string, unknown> {
  return {
    nodeName: node,
    terminationGracePeriodSeconds: 1,
    tolerations: [{ operator: 'Exists' }],
    containers: [{ name: 'pause', image: 'lab.test/tools:1', command: ['labkit', 'pause'] }],
  };
}

/** Whether a pod that is made now on that node becomes Ready, and what its sandbox says if not. It is removed again. */
export async function freshPod(lab: Lab, node: string): Promise<Sight> {
  const name = `fresh-on-${node}`;
  const gone = (): Promise<string> =>
    lab.kubectl(['-n', 'app', 'delete', 'pod', name, '--ignore-not-found', '--force', '--grace-period=0'], {
      timeoutMs: 30_000,
    });
  await gone();
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'app' }, spec: podSpec(node) };
  await lab.kubectl(['create', '-f', '-'], { ...quickly, input: JSON.stringify(pod) });
  try {
    const ready = await lab
      .kubectl(
        ['-n', 'app', 'wait', '--for=condition=Ready', `pod/${name}`, `--timeout=${readyMs / 1000}s`],
        {
          timeoutMs: readyMs + 5_000,
        },
      )
      .then(
        () => true,
        () => false,
      );
    if (ready) return { healthy: true, seen: 'Ready' };
    const said = await lab.kubectl(
      [
        ...['-n', 'app', 'get', 'events', '--field-selector'],
        `involvedObject.name=${name},reason=FailedCreatePodSandBox`,
        ...['-o', 'jsonpath={.items[-1:].message}'],
      ],
      quickly,
    );
    return { healthy: false, seen: said === '' ? `not Ready after ${readyMs / 1000} s` : said };
  } finally {
    await gone();
  }
}

const lateComer = 'deploy/late-comer';

/** A workload of somebody's that comes to the node after the fault: its pod is what users see stuck. */
export async function addLateComer(lab: Lab, node: string): Promise<void> {
  const labels = { app: 'late-comer' };
  const object = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'late-comer', namespace: 'app' },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: podSpec(node) },
    },
  };
  await lab.kubectl(['apply', '-f', '-'], { ...quickly, input: JSON.stringify(object) });
}

export async function removeLateComer(lab: Lab): Promise<void> {
  await lab.kubectl(['-n', 'app', 'delete', lateComer, '--ignore-not-found', '--wait=false'], quickly);
}

/** Whether that workload runs; healthy when there is none. */
export async function lateComerRuns(lab: Lab): Promise<Sight> {
  const exists = await lab.kubectl(
    ['-n', 'app', 'get', lateComer, '--ignore-not-found', '-o', 'name'],
    quickly,
  );
  if (exists.trim() === '') return { healthy: true, seen: 'not there' };
  const ready = await readValue(lab, 'app', lateComer, '{.status.readyReplicas}');
  return { healthy: ready === '1', seen: ready === '1' ? 'Ready' : 'its pod is not Ready' };
}
