import { apply, quickly } from './change-objects.ts';
import { rememberOnce } from './fault-memory.ts';
import type { Fault } from './fault.ts';
import { flannelFails, flannelOn, flannelReady, restartFlannel } from './flannel-agent.ts';
import { knownNode, oneNode, podRange } from './lab-nodes.ts';
import { measuring } from './measuring.ts';
import { registerAnew, renewNodePods, workloadsReady } from './node-registration.ts';
import { until } from './until.ts';

const policy = 'lab-no-pod-ranges';
const group = 'admissionregistration.k8s.io/v1';

/** Lets the controller manager's allocator give no node a pod range. */
const objects = [
  {
    apiVersion: group,
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: policy },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [
          { apiGroups: [''], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['nodes'] },
        ],
      },
      validations: [
        {
          expression: '!has(object.spec.podCIDR) || has(oldObject.spec.podCIDR)',
          message: 'pod ranges are assigned by the network team',
        },
      ],
    },
  },
  {
    apiVersion: group,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: policy },
    spec: { policyName: policy, validationActions: ['Deny'] },
  },
];

export const nodeCidrNotAssigned: Fault = {
  name: 'node-cidr-not-assigned',
  about:
    'The node was registered anew while an admission policy keeps the allocator from giving out pod ranges. ' +
    'flanneld exits in a loop there (node pod cidr not assigned), and after the restart its pods have no network.',
  cause: 'node-cidr-not-assigned',
  alsoTrue: ['cni-agent-crash'],
  symptoms: ['cni-agents', 'node-network', 'paths-failing'],
  async inject(place) {
    const { lab, node } = place;
    await rememberOnce(place, 'podCIDR', () => podRange(lab, node));
    for (const object of objects) await apply(lab, object);
    if ((await oneNode(lab, node)).podCidr === null) return;
    await policyHolds(place.lab);
    await registerAnew(lab, node, null);
    await restartFlannel(lab, node);
    await flannelFails(place);
  },
  async heal(place) {
    const { lab, node } = place;
    await lab.kubectl(['delete', 'validatingadmissionpolicybinding', policy, '--ignore-not-found'], quickly);
    await lab.kubectl(['delete', 'validatingadmissionpolicy', policy, '--ignore-not-found'], quickly);
    const before = await place.recall('podCIDR');
    if (before === null) return;
    if (((await knownNode(lab, node))?.podCidr ?? null) === null) await registerAnew(lab, node, before);
    // With a range that somebody else gave it too: its back-off would keep it away for minutes.
    await restartFlannel(lab, node);
    await flannelReady(lab);
    await renewNodePods(lab, node);
    await workloadsReady(lab);
    await place.forget('podCIDR');
  },
  async measure({ lab, node, peer }) {
    const measure = measuring(lab);
    await measure.look(`pod range of ${node}`, async () => {
      const { podCidr } = await oneNode(lab, node);
      return { healthy: podCidr !== null, seen: podCidr ?? 'none' };
    });
    await measure.look(`flannel on ${node}`, () => flannelOn(lab, node));
    await measure.podToPod(node, peer);
    return measure.result();
  },
};

/** A policy takes effect some moments after it was written: tried with a Node that is made and given a range. */
async function policyHolds(lab: Parameters<Fault['inject']>[0]['lab']): Promise<void> {
  const name = 'lab-policy-trial';
  const trial = { apiVersion: 'v1', kind: 'Node', metadata: { name } };
  await until('the admission policy to hold', 60_000, async () => {
    await lab.kubectl(['delete', 'node', name, '--ignore-not-found'], quickly);
    await lab.kubectl(['create', '-f', '-'], { ...quickly, input: JSON.stringify(trial) });
    try {
      await lab.kubectl(
        [
          'patch',
          'node',
          name,
          '--type=merge',
          '--dry-run=server',
          '-p',
          '{"spec":{"podCIDR":"198.19.9.0/24"}}',
        ],
        quickly,
      );
      return false;
    } catch (error) {
      return String(error).includes('network team');
    } finally {
      await lab.kubectl(['delete', 'node', name, '--ignore-not-found'], quickly);
    }
  });
}
