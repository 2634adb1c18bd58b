import { changeCorefile, lookAtCoreDns, restoreCorefile } from './corefile.ts';
import type { Fault } from './fault.ts';
import { clusterName, measuring } from './measuring.ts';

export const corednsUpstreamDead: Fault = {
  name: 'coredns-upstream-dead',
  about:
    'The Corefile forwards to an address where nothing answers. ' +
    'Cluster names are fine; outside names fail (SERVFAIL) or time out.',
  cause: 'coredns-unreachable-upstream',
  alsoTrue: ['coredns-config'],
  symptoms: ['paths-failing'],
  inject: (place) =>
    changeCorefile(place, (corefile) => corefile.replace(/forward \. \S+/, 'forward . 198.18.0.99'), true),
  heal: restoreCorefile,
  async measure({ lab, node }) {
    const measure = measuring(lab);
    await lookAtCoreDns(measure, lab);
    await measure.path(node, `${node} cluster name`, { kind: 'dns-udp', target: clusterName });
    await measure.path(node, `${node} outside name`, {
      kind: 'dns-udp',
      target: 'external.lab.test.',
      timeoutMs: 3000,
    });
    return measure.result();
  },
};
