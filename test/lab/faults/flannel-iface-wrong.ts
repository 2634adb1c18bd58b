import type { Fault } from './fault.ts';
import { flannel, flannelOn } from './flannel-agent.ts';
import { measuring } from './measuring.ts';
import { breakTemplateOnNode, restoreTemplate } from './one-node-template.ts';

export const flannelIfaceWrong: Fault = {
  name: 'flannel-iface-wrong',
  about:
    'The arguments of the flannel DaemonSet name an interface that no node has; the roll-out stands still at the node. ' +
    'flanneld exits in a loop there; what is configured goes on working.',
  cause: 'cni-agent-crash',
  symptoms: ['cni-agents'],
  inject: (place) =>
    breakTemplateOnNode(place, flannel, {
      spec: {
        containers: [
          {
            name: 'kube-flannel',
            command: [
              '/opt/bin/flanneld',
              '--ip-masq',
              '--kube-subnet-mgr',
              '--healthz-port=8081',
              '--iface=bond0',
            ],
          },
        ],
      },
    }),
  heal: (place) => restoreTemplate(place, flannel),
  async measure({ lab, node, peer }) {
    const measure = measuring(lab);
    await measure.look(`flannel on ${node}`, () => flannelOn(lab, node));
    await measure.podToPod(node, peer);
    return measure.result();
  },
};
