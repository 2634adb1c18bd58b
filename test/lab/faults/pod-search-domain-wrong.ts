import type { Lab } from '../lab.ts';
import { rolledOut } from './change-objects.ts';
import { rememberOnce } from './fault-memory.ts';
import type { Fault } from './fault.ts';
import { oneNode } from './lab-nodes.ts';
import { renewPods } from './lab-pods.ts';
import { clusterName, measuring } from './measuring.ts';
import { restartProgram } from './node-programs.ts';
import { until } from './until.ts';

const file = '/etc/kubernetes/kubelet.yaml';
const soon = { timeoutMs: 20_000 };

/** The kubelet reads its configuration when it starts, and gives it to pods that it makes from then on. */
async function configure(lab: Lab, node: string, config: string): Promise<void> {
  await lab.on(node, ['sh', '-c', `cat > ${file}`], { ...soon, input: config });
  await restartProgram(lab, node, 'kubelet');
  for (const app of ['client', 'echo']) await renewPods(lab, 'app', `app=${app}`, node);
  for (const app of ['client', 'echo']) await rolledOut(lab, 'app', `ds/${app}`);
  await until(`${node} to be Ready`, 60_000, async () => (await oneNode(lab, node)).ready);
}

export const podSearchDomainWrong: Fault = {
  name: 'pod-search-domain-wrong',
  about:
    "The kubelet of the node has another cluster domain than the cluster's, and pods were made anew there. " +
    'Their search path leads nowhere: short names of Services are not found, full names are.',
  cause: 'dns-ndots-search',
  symptoms: ['paths-failing'],
  async inject(place) {
    const { lab, node } = place;
    const before = await rememberOnce(place, 'kubelet', () => lab.on(node, ['cat', file], soon));
    const wrong = before.replace(/^clusterDomain:.*$/m, 'clusterDomain: corp.local');
    if (wrong === before) throw new Error(`${file} sets no clusterDomain`);
    if ((await lab.on(node, ['cat', file], soon)) !== wrong) await configure(lab, node, wrong);
  },
  async heal(place) {
    const before = await place.recall('kubelet');
    if (before === null) return;
    await configure(place.lab, place.node, before);
    await place.forget('kubelet');
  },
  async measure({ lab, node }) {
    const measure = measuring(lab);
    await measure.path(node, `${node} full name`, { kind: 'dns-udp', target: clusterName });
    await measure.path(node, `${node} short name`, { kind: 'dns-udp', target: 'echo.app' });
    return measure.result();
  },
};
