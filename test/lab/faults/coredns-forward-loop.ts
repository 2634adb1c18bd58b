import { changeCorefile, lookAtCoreDns, restoreCorefile } from './corefile.ts';
import type { Fault } from './fault.ts';
import { measuring } from './measuring.ts';

export const corednsForwardLoop: Fault = {
  name: 'coredns-forward-loop',
  about:
    'The Corefile forwards to the loopback address, where CoreDNS itself listens, and the pods have restarted. ' +
    'Its loop plugin ends them again and again; every lookup is refused.',
  cause: 'coredns-config',
  symptoms: ['dns-pods', 'paths-failing'],
  inject: (place) =>
    changeCorefile(place, (corefile) => corefile.replace(/forward \. \S+/, 'forward . 127.0.0.1'), false),
  heal: restoreCorefile,
  async measure({ lab, node }) {
    const measure = measuring(lab);
    await lookAtCoreDns(measure, lab);
    await measure.dns(node);
    return measure.result();
  },
};
