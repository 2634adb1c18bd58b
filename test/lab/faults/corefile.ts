import type { Lab } from '../lab.ts';
import { mergePatch, readValue, rolledOut } from './change-objects.ts';
import { rememberOnce } from './fault-memory.ts';
import type { FaultPlace } from './fault.ts';
import { podsOf, renewPods } from './lab-pods.ts';
import type { Measuring } from './measuring.ts';
import { until } from './until.ts';

export const coreDns = {
  namespace: 'kube-system',
  deployment: 'deploy/coredns',
  configMap: 'cm/coredns',
  selector: 'k8s-app=kube-dns',
} as const;

/** Changes the Corefile, and the pods start anew with it. `runs`: whether CoreDNS can start with the result. */
export async function changeCorefile(
  place: FaultPlace,
  change: (corefile: string) => string,
  runs: boolean,
): Promise<void> {
  const { lab } = place;
  const before = await rememberOnce(place, 'Corefile', () =>
    readValue(lab, coreDns.namespace, coreDns.configMap, '{.data.Corefile}'),
  );
  const changed = change(before);
  if (changed === before) throw new Error(`the Corefile has nothing to break this way:\n${before}`);
  await putCorefile(lab, changed);
  if (runs) await rolledOut(lab, coreDns.namespace, coreDns.deployment);
  else {
    await until('every CoreDNS pod to fail', 90_000, async () => {
      const pods = await podsOf(lab, coreDns.namespace, { selector: coreDns.selector });
      return pods.length > 0 && pods.every((pod) => /Error|CrashLoopBackOff/.test(pod.state));
    });
  }
}

/** The Corefile of before the fault, whatever it is now. */
export async function restoreCorefile(place: FaultPlace): Promise<void> {
  const before = await place.recall('Corefile');
  if (before === null) return;
  await putCorefile(place.lab, before);
  await rolledOut(place.lab, coreDns.namespace, coreDns.deployment);
  await place.forget('Corefile');
}

async function putCorefile(lab: Lab, Corefile: string): Promise<void> {
  await mergePatch(lab, coreDns.namespace, coreDns.configMap, { data: { Corefile } });
  await renewPods(lab, coreDns.namespace, coreDns.selector);
}

/** One line of what the CoreDNS pods say of themselves; they are healthy when all are Ready. */
export async function lookAtCoreDns(measure: Measuring, lab: Lab): Promise<void> {
  await measure.look('CoreDNS pods', async () => {
    const pods = await podsOf(lab, coreDns.namespace, { selector: coreDns.selector });
    return {
      healthy: pods.length > 0 && pods.every((pod) => pod.ready),
      seen: pods.length === 0 ? 'none' : pods.map((pod) => pod.state).join('; '),
    };
  });
}
