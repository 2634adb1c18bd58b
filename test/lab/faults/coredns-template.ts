import { mergePatch, putBack, quickly, readValue, rolledOut, strategicPatch } from './change-objects.ts';
import { coreDns } from './corefile.ts';
import { rememberOnce } from './fault-memory.ts';
import type { FaultPlace } from './fault.ts';
import { podsOf } from './lab-pods.ts';
import { until } from './until.ts';

/**
 * Changes the Deployment of CoreDNS and makes all of its pods anew at once (as after drained nodes): a rolling
 * update would keep old pods as long as the new ones fail. `container` is a strategic merge patch.
 */
export async function changeCoreDnsContainer(
  place: FaultPlace,
  container: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { lab } = place;
  const { namespace, deployment, selector } = coreDns;
  await rememberOnce(place, 'template', () => readValue(lab, namespace, deployment, '{.spec.template}'));
  const replicas = await rememberOnce(place, 'replicas', () =>
    readValue(lab, namespace, deployment, '{.spec.replicas}'),
  );
  await mergePatch(lab, namespace, deployment, { spec: { replicas: 0 } });
  await until('the old CoreDNS pods to go', 60_000, async () => {
    const output = await lab.kubectl(['-n', namespace, 'get', 'pod', '-l', selector, '-o', 'name'], quickly);
    return output.trim() === '';
  });
  await strategicPatch(lab, namespace, deployment, {
    spec: { template: { spec: { containers: [{ name: 'coredns', ...container }] } } },
  });
  await mergePatch(lab, namespace, deployment, { spec: { replicas: Number(replicas) } });
}

export async function coreDnsFails(place: FaultPlace): Promise<void> {
  await until('every CoreDNS pod to fail', 90_000, async () => {
    const pods = await podsOf(place.lab, coreDns.namespace, { selector: coreDns.selector });
    return pods.length > 0 && pods.every((pod) => /Error|BackOff|ErrImage|OOMKilled/.test(pod.state));
  });
}

export async function restoreCoreDns(place: FaultPlace): Promise<void> {
  const { namespace, deployment } = coreDns;
  const replicas = await place.recall('replicas');
  const template = await place.recall('template');
  if (template !== null) await putBack(place.lab, namespace, deployment, '/spec/template', template);
  if (replicas !== null) await putBack(place.lab, namespace, deployment, '/spec/replicas', replicas);
  await rolledOut(place.lab, namespace, deployment);
  await place.forget('template');
  await place.forget('replicas');
}
