import { mergePatch, putBack, readValue, rolledOut, strategicPatch } from './change-objects.ts';
import { rememberOnce } from './fault-memory.ts';
import type { FaultPlace } from './fault.ts';
import { podsOf, renewPods } from './lab-pods.ts';
import { until } from './until.ts';

interface DaemonSet {
  namespace: string;
  daemonSet: string;
  selector: string;
}

/**
 * A bad change of a DaemonSet whose roll-out reached the place's node first and stands still there: with
 * maxUnavailable 1 no other node gets it while that pod does not become ready. `template` is a strategic merge patch.
 */
export async function breakTemplateOnNode(
  place: FaultPlace,
  { namespace, daemonSet, selector }: DaemonSet,
  template: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { lab, node } = place;
  const before = await rememberOnce(place, 'template', () =>
    readValue(lab, namespace, daemonSet, '{.spec.template}'),
  );
  await rememberOnce(place, 'strategy', () => readValue(lab, namespace, daemonSet, '{.spec.updateStrategy}'));
  await mergePatch(lab, namespace, daemonSet, {
    spec: { updateStrategy: { type: 'OnDelete', rollingUpdate: null } },
  });
  await putBack(lab, namespace, daemonSet, '/spec/template', before);
  await strategicPatch(lab, namespace, daemonSet, { spec: { template } });
  await renewPods(lab, namespace, selector, node);
  await until(`the new ${daemonSet} pod on ${node} to fail`, 90_000, async () => {
    const [pod] = await podsOf(lab, namespace, { selector, node });
    return pod !== undefined && /Error|BackOff|ErrImage/.test(pod.state);
  });
  await restoreStrategy(place, namespace, daemonSet);
}

/** Puts the DaemonSet back as it was before the fault, and waits until it has rolled out. */
export async function restoreTemplate(place: FaultPlace, { namespace, daemonSet }: DaemonSet): Promise<void> {
  const template = await place.recall('template');
  if (template === null) return;
  await restoreStrategy(place, namespace, daemonSet);
  await putBack(place.lab, namespace, daemonSet, '/spec/template', template);
  await rolledOut(place.lab, namespace, daemonSet);
  await place.forget('template');
  await place.forget('strategy');
}

async function restoreStrategy(place: FaultPlace, namespace: string, daemonSet: string): Promise<void> {
  const strategy = await place.recall('strategy');
  if (strategy !== null) await putBack(place.lab, namespace, daemonSet, '/spec/updateStrategy', strategy);
}
