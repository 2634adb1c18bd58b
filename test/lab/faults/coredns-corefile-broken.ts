import { changeCorefile, lookAtCoreDns, restoreCorefile } from './corefile.ts';
import type { Fault } from './fault.ts';
import { measuring } from './measuring.ts';

export const corednsCorefileBroken: Fault = {
  name: 'coredns-corefile-broken',
  about:
    'The Corefile has a directive that CoreDNS does not know, and the pods have restarted. ' +
    'They crash in a loop; every lookup is refused.',
  cause: 'coredns-config',
  symptoms: ['dns-pods', 'paths-failing'],
  inject: (place) => changeCorefile(place, (corefile) => corefile.replace(/^(\s+)ready$/m, '$1redy'), false),
  heal: restoreCorefile,
  async measure({ lab, node }) {
    const measure = measuring(lab);
    await lookAtCoreDns(measure, lab);
    await measure.dns(node);
    return measure.result();
  },
};
