import { lookAtCoreDns } from './corefile.ts';
import { changeCoreDnsContainer, coreDnsFails, restoreCoreDns } from './coredns-template.ts';
import type { Fault } from './fault.ts';
import { measuring } from './measuring.ts';

export const corednsOom: Fault = {
  name: 'coredns-oom',
  about:
    'The memory limit of CoreDNS is below what it needs, and its pods were made anew. ' +
    'The kernel kills them in a loop (exit code 137); every lookup is refused.',
  cause: 'coredns-crash',
  symptoms: ['dns-pods', 'paths-failing'],
  async inject(place) {
    await changeCoreDnsContainer(place, {
      resources: { limits: { memory: '6Mi' }, requests: { memory: '6Mi' } },
    });
    await coreDnsFails(place);
  },
  heal: restoreCoreDns,
  async measure({ lab, node }) {
    const measure = measuring(lab);
    await lookAtCoreDns(measure, lab);
    await measure.dns(node);
    return measure.result();
  },
};
