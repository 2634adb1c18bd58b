import { mergePatch, readValue, rolledOut } from './change-objects.ts';
import { coreDns, lookAtCoreDns } from './corefile.ts';
import { rememberOnce } from './fault-memory.ts';
import type { Fault } from './fault.ts';
import { podsOf } from './lab-pods.ts';
import { measuring } from './measuring.ts';
import { until } from './until.ts';

const { namespace, deployment, selector } = coreDns;

export const corednsScaledToZero: Fault = {
  name: 'coredns-scaled-to-zero',
  about: 'The CoreDNS Deployment has no replicas. Every lookup is refused.',
  cause: 'coredns-crash',
  symptoms: ['dns-pods', 'paths-failing'],
  async inject(place) {
    const { lab } = place;
    await rememberOnce(place, 'replicas', () => readValue(lab, namespace, deployment, '{.spec.replicas}'));
    await mergePatch(lab, namespace, deployment, { spec: { replicas: 0 } });
    await until(
      'the CoreDNS pods to go',
      60_000,
      async () => (await podsOf(lab, namespace, { selector })).length === 0,
    );
  },
  async heal(place) {
    const before = await place.recall('replicas');
    if (before === null) return;
    await mergePatch(place.lab, namespace, deployment, { spec: { replicas: Number(before) } });
    await rolledOut(place.lab, namespace, deployment);
    await place.forget('replicas');
  },
  async measure({ lab, node }) {
    const measure = measuring(lab);
    await lookAtCoreDns(measure, lab);
    await measure.dns(node);
    return measure.result();
  },
};
