import type { Fault } from './fault.ts';
import { flannel, flannelOn } from './flannel-agent.ts';
import { measuring } from './measuring.ts';
import { breakTemplateOnNode, restoreTemplate } from './one-node-template.ts';

export const flannelApiUnreachable: Fault = {
  name: 'flannel-api-unreachable',
  about:
    'The flannel DaemonSet has the address of an API server that is not there; the roll-out stands still at the node. ' +
    'flanneld there waits, gives up and begins again; what is configured goes on working.',
  cause: 'datastore-or-apiserver-unreachable',
  alsoTrue: ['cni-agent-crash'],
  symptoms: ['cni-agents'],
  inject: (place) =>
    breakTemplateOnNode(place, flannel, {
      spec: {
        containers: [
          { name: 'kube-flannel', env: [{ name: 'KUBERNETES_SERVICE_HOST', value: '198.18.0.99' }] },
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
