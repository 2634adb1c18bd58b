import { lookAtCoreDns } from './corefile.ts';
import { changeCoreDnsContainer, coreDnsFails, restoreCoreDns } from './coredns-template.ts';
import type { Fault } from './fault.ts';
import { measuring } from './measuring.ts';

export const corednsImageMissing: Fault = {
  name: 'coredns-image-missing',
  about:
    'The CoreDNS Deployment names an image that does not exist, and its pods were made anew. ' +
    'They are in ErrImagePull; every lookup is refused.',
  cause: 'coredns-crash',
  symptoms: ['dns-pods', 'paths-failing'],
  async inject(place) {
    await changeCoreDnsContainer(place, { image: 'lab.test/coredns:1.99.0' });
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
