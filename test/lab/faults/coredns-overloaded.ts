import type { Lab } from '../lab.ts';
import { apply, quickly, rolledOut } from './change-objects.ts';
import { changeCoreDnsContainer, restoreCoreDns } from './coredns-template.ts';
import type { Fault } from './fault.ts';
import { clusterName, measuring } from './measuring.ts';

const load = 'deploy/dns-load';
// They give up early and ask again, as impatient clients do: what they ask does not fall with what is answered.
const lookups = `for i in $(seq 12); do
  while :; do labkit probe dns-udp ${clusterName} -n 1000 -timeout 20ms -interval 4ms >/dev/null; done &
done; wait`;

async function startLoad(lab: Lab, node: string): Promise<void> {
  const labels = { app: 'dns-load' };
  await apply(lab, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'dns-load', namespace: 'app' },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          nodeName: node,
          terminationGracePeriodSeconds: 1,
          tolerations: [{ operator: 'Exists' }],
          containers: [{ name: 'load', image: 'lab.test/tools:1', command: ['sh', '-c', lookups] }],
        },
      },
    },
  });
}

export const corednsOverloaded: Fault = {
  name: 'coredns-overloaded',
  about:
    'CoreDNS has a CPU limit of a hundredth of a core, and a workload on the node looks up more names than that can answer. ' +
    'Lookups take seconds or time out everywhere; the pods run.',
  cause: 'coredns-overload-or-conntrack-race',
  symptoms: ['paths-failing', 'dns-pods'],
  async inject(place) {
    const resources = { limits: { cpu: '10m' }, requests: { cpu: '10m' } };
    await changeCoreDnsContainer(place, { resources });
    // The service must have answered once, or it is refusal rather than overload that is seen.
    await rolledOut(place.lab, 'kube-system', 'deploy/coredns');
    await startLoad(place.lab, place.node);
    await rolledOut(place.lab, 'app', load);
  },
  async heal(place) {
    await place.lab.kubectl(['-n', 'app', 'delete', load, '--ignore-not-found'], quickly);
    await restoreCoreDns(place);
  },
  async measure({ lab, node, peer }) {
    const measure = measuring(lab);
    for (const from of [node, peer]) {
      await measure.path(from, `${from} dns udp, at most half a second`, {
        kind: 'dns-udp',
        target: clusterName,
        attempts: 8,
        timeoutMs: 500,
      });
    }
    return measure.result();
  },
};
