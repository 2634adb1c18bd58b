import { changeCorefile, lookAtCoreDns, restoreCorefile } from './corefile.ts';
import type { Fault } from './fault.ts';
import { measuring } from './measuring.ts';

export const corednsZoneWrong: Fault = {
  name: 'coredns-zone-wrong',
  about:
    "The kubernetes plugin of the Corefile serves another zone than the cluster's. " +
    'CoreDNS is Ready, but no cluster name is found; outside names are fine.',
  cause: 'coredns-config',
  symptoms: ['paths-failing'],
  inject: (place) =>
    changeCorefile(
      place,
      (corefile) => corefile.replace('kubernetes cluster.local', 'kubernetes corp.local'),
      true,
    ),
  heal: restoreCorefile,
  async measure({ lab, node }) {
    const measure = measuring(lab);
    await lookAtCoreDns(measure, lab);
    await measure.dns(node);
    return measure.result();
  },
};
