import { putBack, readValue, rolledOut } from './change-objects.ts';
import { rememberOnce } from './fault-memory.ts';
import type { Fault } from './fault.ts';
import { podsOf, renewPods } from './lab-pods.ts';
import { measuring } from './measuring.ts';
import { lookAtService } from './service-path.ts';
import { until } from './until.ts';

const daemonSet = 'ds/echo';
const path = '/spec/template/spec/containers/0/readinessProbe';

export const servicePodsNotReady: Fault = {
  name: 'service-pods-not-ready',
  about:
    'The readiness probe of the echo pods asks a port where nothing listens, and all of them were made anew. ' +
    'The Service has no ready endpoint and refuses connections; the pods themselves answer.',
  cause: 'service-no-endpoints',
  symptoms: ['service-endpoints', 'paths-failing'],
  async inject(place) {
    const { lab } = place;
    await rememberOnce(place, 'readinessProbe', () =>
      readValue(lab, 'app', daemonSet, '{.spec.template.spec.containers[0].readinessProbe}'),
    );
    await putBack(
      lab,
      'app',
      daemonSet,
      path,
      JSON.stringify({ tcpSocket: { port: 9999 }, periodSeconds: 3 }),
    );
    await renewPods(lab, 'app', 'app=echo');
    const nodes = (await lab.nodes()).length;
    await until('the echo pods to run without being Ready', 60_000, async () => {
      const pods = await podsOf(lab, 'app', { selector: 'app=echo' });
      return pods.length >= nodes && pods.every((pod) => pod.ip !== null && !pod.ready);
    });
  },
  async heal(place) {
    const before = await place.recall('readinessProbe');
    if (before === null) return;
    await putBack(place.lab, 'app', daemonSet, path, before);
    await rolledOut(place.lab, 'app', daemonSet);
    await place.forget('readinessProbe');
  },
  async measure({ lab, node, peer }) {
    const measure = measuring(lab);
    await lookAtService(measure, lab, node);
    await measure.podToPod(node, peer);
    return measure.result();
  },
};
