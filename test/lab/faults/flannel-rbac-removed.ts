import { z } from 'zod';
import { apply, quickly } from './change-objects.ts';
import { rememberOnce } from './fault-memory.ts';
import type { Fault } from './fault.ts';
import { flannelFails, flannelOn, flannelReady, restartFlannel } from './flannel-agent.ts';
import { measuring } from './measuring.ts';

const Binding = z.object({
  metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) }),
  roleRef: z.unknown(),
  subjects: z.unknown(),
});

const binding = ['clusterrolebinding', 'flannel'];

export const flannelRbacRemoved: Fault = {
  name: 'flannel-rbac-removed',
  about:
    "flannel's ClusterRoleBinding is gone, and flannel has restarted on the node. " +
    'The API server forbids it to read its Node, so it exits in a loop there; traffic of existing pods goes on.',
  cause: 'cni-rbac-or-cert-expired',
  alsoTrue: ['cni-agent-crash'],
  symptoms: ['cni-agents'],
  async inject(place) {
    await rememberOnce(place, 'binding', () => place.lab.kubectl(['get', ...binding, '-o', 'json'], quickly));
    await place.lab.kubectl(['delete', ...binding, '--ignore-not-found'], quickly);
    await restartFlannel(place.lab, place.node);
    await flannelFails(place);
  },
  async heal(place) {
    const before = await place.recall('binding');
    if (before === null) return;
    const { roleRef, subjects, metadata } = Binding.parse(JSON.parse(before));
    await apply(place.lab, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: metadata.name, labels: metadata.labels },
      roleRef,
      subjects,
    });
    // Its back-off would keep it away for minutes.
    await restartFlannel(place.lab, place.node);
    await flannelReady(place.lab);
    await place.forget('binding');
  },
  async measure({ lab, node, peer }) {
    const measure = measuring(lab);
    await measure.look(`flannel on ${node}`, () => flannelOn(lab, node));
    await measure.podToPod(node, peer);
    return measure.result();
  },
};
