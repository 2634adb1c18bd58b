import { z } from 'zod';
import { Json } from '../domain/action.ts';
import { evaluateFlow } from './evaluate-flow.ts';
import { parseIp } from './ip-range.ts';
import { type FlowEnd, policyOf, type PolicyPod, type PolicyWorld } from './policy-world.ts';

const labels = z.record(z.string(), z.string()).nullish();
const End = z.union([z.object({ pod: z.string() }), z.object({ ip: z.string() })]);
const RawPolicy = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string().default('default') }),
  spec: Json,
});
/** Also accepted without the envelope of a Kubernetes object. */
const BarePolicy = z.object({ name: z.string(), namespace: z.string().default('default'), spec: Json });

/** One line of `pathmedic policy`. */
export const PolicyCase = z.object({
  id: z.union([z.string(), z.number()]),
  namespaces: z.array(z.object({ name: z.string(), labels })).default([]),
  pods: z
    .array(
      z.object({
        namespace: z.string().default('default'),
        name: z.string(),
        labels,
        ip: z.string().nullish(),
        hostNetwork: z.boolean().nullish(),
        nodeName: z.string().nullish(),
        containerPorts: z
          .array(z.object({ name: z.string().nullish(), port: z.number(), protocol: z.string().nullish() }))
          .nullish(),
      }),
    )
    .default([]),
  policies: z.array(z.union([RawPolicy, BarePolicy])).default([]),
  flows: z.array(
    z.object({
      from: End,
      to: End,
      port: z.number().int().min(0).max(65535),
      protocol: z.enum(['TCP', 'UDP', 'SCTP']).default('TCP'),
    }),
  ),
});
export type PolicyCase = z.infer<typeof PolicyCase>;

/** Answer to one line; `deniedBy[i]` names the policies that isolate an end of flow `i` without allowing it. */
export interface PolicyAnswer {
  id: string | number;
  allowed: boolean[];
  deniedBy: string[][];
}

/** A line that cannot be answered, and why. */
export class PolicyCaseProblem extends Error {
  override readonly name = 'PolicyCaseProblem';
}

function podsOf(policyCase: PolicyCase): Map<string, PolicyPod> {
  const pods = new Map<string, PolicyPod>();
  for (const pod of policyCase.pods) {
    const ip = pod.ip ? parseIp(pod.ip) : null;
    pods.set(`${pod.namespace}/${pod.name}`, {
      namespace: pod.namespace,
      name: pod.name,
      labels: pod.labels ?? {},
      ips: ip === null ? [] : [ip],
      hostNetwork: pod.hostNetwork ?? false,
      nodeName: pod.nodeName ?? '',
      containerPorts: (pod.containerPorts ?? []).map(({ name, port, protocol }) => ({
        name: name ?? '',
        port,
        protocol: protocol ?? 'TCP',
      })),
    });
  }
  return pods;
}

function endOf(pods: ReadonlyMap<string, PolicyPod>, end: z.infer<typeof End>): FlowEnd {
  if ('pod' in end) {
    const pod = pods.get(end.pod);
    if (pod === undefined)
      throw new PolicyCaseProblem(`flow names pod ${end.pod}, which is not among the pods`);
    return { type: 'pod', pod };
  }
  const ip = parseIp(end.ip);
  if (ip === null) throw new PolicyCaseProblem(`${end.ip} is not an IP address`);
  // An address of a pod of this case is that pod; on the host network it could be any of them, or the node.
  for (const pod of pods.values()) {
    const same = pod.ips.some(({ family, value }) => family === ip.family && value === ip.value);
    if (same && !pod.hostNetwork) return { type: 'pod', pod };
  }
  return { type: 'ip', ip };
}

function worldOf(policyCase: PolicyCase): PolicyWorld {
  return {
    namespaces: new Map(policyCase.namespaces.map((namespace) => [namespace.name, namespace.labels ?? {}])),
    policies: policyCase.policies.map((policy) =>
      'metadata' in policy
        ? policyOf(policy.metadata.namespace, policy.metadata.name, policy.spec)
        : policyOf(policy.namespace, policy.name, policy.spec),
    ),
  };
}

/**
 * Answers one case. Host-network pods count as their node. What cannot be decided (a selector on a namespace that is
 * not listed, an unknown operator) is answered as not allowed, without a policy to blame.
 * Throws PolicyCaseProblem for a flow end that does not exist.
 */
export function answerPolicyCase(policyCase: PolicyCase): PolicyAnswer {
  const pods = podsOf(policyCase);
  const world = worldOf(policyCase);
  const verdicts = policyCase.flows.map((flow) =>
    evaluateFlow(world, { ...flow, from: endOf(pods, flow.from), to: endOf(pods, flow.to) }, 'as-nodes'),
  );
  return {
    id: policyCase.id,
    allowed: verdicts.map(({ verdict }) => verdict === 'allowed'),
    deniedBy: verdicts.map((verdict) =>
      verdict.verdict === 'denied'
        ? verdict.denials.flatMap(({ policies }) => policies.map(({ name }) => name))
        : [],
    ),
  };
}
