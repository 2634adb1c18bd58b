import { mergePatch, quickly, readValue, rolledOut } from './change-objects.ts';
import { rememberOnce } from './fault-memory.ts';
import type { FaultPlace } from './fault.ts';
import { podsOf } from './lab-pods.ts';
import { until } from './until.ts';

/** A DaemonSet, with the label its pods are found by. */
export interface ExcludedDaemonSet {
  namespace: string;
  name: string;
  selector: string;
}

/** A nodeSelector that every node but the place's has a label for: the DaemonSet's pod there goes, and none comes. */
export async function excludeNode(
  place: FaultPlace,
  { namespace, name, selector }: ExcludedDaemonSet,
): Promise<void> {
  const { lab, node } = place;
  const label = `lab.test/${name}`;
  await rememberOnce(
    place,
    'nodeSelector',
    async () =>
      (await readValue(lab, namespace, `ds/${name}`, '{.spec.template.spec.nodeSelector}')) || 'null',
  );
  const others = (await lab.nodes()).filter((other) => other !== node);
  await lab.kubectl(['label', 'node', ...others, `${label}=yes`, '--overwrite'], quickly);
  await lab.kubectl(['label', 'node', node, `${label}-`], quickly);
  await mergePatch(lab, namespace, `ds/${name}`, {
    spec: { template: { spec: { nodeSelector: { [label]: 'yes' } } } },
  });
  await until(`${name} to leave ${node}`, 60_000, async () => {
    const output = await lab.kubectl(
      [
        '-n',
        namespace,
        'get',
        'pod',
        '-l',
        selector,
        '--field-selector',
        `spec.nodeName=${node}`,
        '-o',
        'name',
      ],
      quickly,
    );
    return output.trim() === '';
  });
  await rolledOut(lab, namespace, `ds/${name}`);
}

/** Lets it run everywhere again, whatever was done to the nodeSelector or to the labels in between. */
export async function includeNode(
  place: FaultPlace,
  { namespace, name, selector }: ExcludedDaemonSet,
): Promise<void> {
  const { lab, node } = place;
  const label = `lab.test/${name}`;
  const before = await place.recall('nodeSelector');
  if (before !== null) {
    // A merge patch would keep keys that were added; null takes all away, then come those of before.
    const selectorBefore: unknown = JSON.parse(before);
    await mergePatch(lab, namespace, `ds/${name}`, {
      spec: { template: { spec: { nodeSelector: { [label]: null } } } },
    });
    if (selectorBefore !== null) {
      await mergePatch(lab, namespace, `ds/${name}`, {
        spec: { template: { spec: { nodeSelector: selectorBefore } } },
      });
    }
  }
  await until(`${name} to be back on ${node}`, 60_000, async () =>
    (await podsOf(lab, namespace, { selector, node })).some((pod) => pod.ready),
  );
  await rolledOut(lab, namespace, `ds/${name}`);
  await lab.kubectl(['label', 'node', '--all', `${label}-`], quickly);
  await place.forget('nodeSelector');
}
