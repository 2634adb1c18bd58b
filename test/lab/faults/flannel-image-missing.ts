import type { Fault } from './fault.ts';
import { flannel, flannelOn } from './flannel-agent.ts';
import { measuring } from './measuring.ts';
import { breakTemplateOnNode, restoreTemplate } from './one-node-template.ts';

export const flannelImageMissing: Fault = {
  name: 'flannel-image-missing',
  about:
    'The image of the flannel DaemonSet was changed to one that does not exist; the roll-out stands still at the node. ' +
    'Its flannel pod is in ErrImagePull; what is configured goes on working.',
  cause: 'cni-agent-not-scheduled',
  alsoTrue: ['cni-agent-crash'],
  symptoms: ['cni-agents'],
  inject: (place) =>
    breakTemplateOnNode(place, flannel, {
      spec: { containers: [{ name: 'kube-flannel', image: 'lab.test/flannel:v0.28.99' }] },
    }),
  heal: (place) => restoreTemplate(place, flannel),
  async measure({ lab, node, peer }) {
    const measure = measuring(lab);
    await measure.look(`flannel on ${node}`, () => flannelOn(lab, node));
    await measure.podToPod(node, peer);
    return measure.result();
  },
};
