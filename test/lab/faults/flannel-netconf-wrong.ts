import { podCidr } from '../lab-addresses.ts';
import { mergePatch, readValue } from './change-objects.ts';
import { rememberOnce } from './fault-memory.ts';
import type { Fault } from './fault.ts';
import { flannel, flannelFails, flannelOn, flannelReady, restartFlannel } from './flannel-agent.ts';
import { measuring } from './measuring.ts';

export const flannelNetconfWrong: Fault = {
  name: 'flannel-netconf-wrong',
  about:
    "net-conf.json names a network that does not hold the node's pod range, and flannel has restarted on the node. " +
    'flanneld exits in a loop there; traffic of existing pods goes on.',
  cause: 'cni-agent-crash',
  symptoms: ['cni-agents'],
  async inject(place) {
    const before = await rememberOnce(place, 'net-conf', () =>
      readValue(place.lab, flannel.namespace, flannel.configMap, String.raw`{.data.net-conf\.json}`),
    );
    const data = { 'net-conf.json': before.replace(podCidr, '198.19.0.0/16') };
    await mergePatch(place.lab, flannel.namespace, flannel.configMap, { data });
    await restartFlannel(place.lab, place.node);
    await flannelFails(place);
  },
  async heal(place) {
    const before = await place.recall('net-conf');
    if (before === null) return;
    await mergePatch(place.lab, flannel.namespace, flannel.configMap, { data: { 'net-conf.json': before } });
    await restartFlannel(place.lab, place.node);
    await flannelReady(place.lab);
    await place.forget('net-conf');
  },
  async measure({ lab, node, peer }) {
    const measure = measuring(lab);
    await measure.look(`flannel on ${node}`, () => flannelOn(lab, node));
    await measure.podToPod(node, peer);
    return measure.result();
  },
};
