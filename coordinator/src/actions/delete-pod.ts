import { z } from 'zod';
import type { Settle } from '../domain/action.ts';
import { formatRef, type ObjectRef } from '../domain/object-ref.ts';
import type { ClusterFacts } from '../facts/cluster-facts.ts';
import { cniFlavourOf } from '../facts/cni-flavour.ts';
import { clusterDns } from '../facts/coredns-objects.ts';
import { refOf } from '../facts/object-ref-of.ts';
import { podTrouble } from '../facts/pod-trouble.ts';
import type { PodRecord } from '../facts/records.ts';
import { shortenIds } from '../facts/shorten-ids.ts';
import { deleteByHand } from './by-hand.ts';
import type { CatalogueEntry, PlanResult } from './catalogue-entry.ts';
import { digestOf } from './digest.ts';
import { valueAt } from './json-pointer.ts';
import { refuse } from './refusal.ts';
import { targetObject } from './target-object.ts';

export const DeletePodParams = z.strictObject({
  /**
   * `status`: the pod itself is not ready · `probes`: it calls itself ready, and probes show that it is not working ·
   * `old-corefile`: it runs with a Corefile that was changed since, and does not read it again by itself ·
   * `person`: somebody who looks at the incident wants it replaced
   */
  evidence: z.enum(['status', 'probes', 'old-corefile', 'person']),
  /** CoreDNS only: so many new pods have to answer the agents before the plan goes on; without it, being ready is enough. */
  answering: z.number().int().min(1).max(20).optional(),
});

const READS = ['/metadata/ownerReferences', '/spec/nodeName'];
const TIMEOUT_MS = 180_000;

type Role = { what: string; workload: ObjectRef } | null;

/** The workload whose roll-out replaces the pod: only CNI agents and the cluster DNS may be deleted. */
function roleOf(pod: PodRecord, facts: ClusterFacts): Role {
  const daemonSet = facts.daemonSets.find(({ meta }) => meta.uid === pod.meta.owner?.uid);
  if (daemonSet !== undefined && cniFlavourOf(daemonSet) !== null) {
    return { what: 'CNI agent', workload: refOf('DaemonSet', daemonSet.meta) };
  }
  const dns = clusterDns(facts);
  if (!dns.pods.some(({ meta }) => meta.uid === pod.meta.uid) || pod.meta.owner === null) return null;
  if (dns.deployment !== null) return { what: 'CoreDNS', workload: refOf('Deployment', dns.deployment.meta) };
  if (dns.daemonSet !== null) return { what: 'CoreDNS', workload: refOf('DaemonSet', dns.daemonSet.meta) };
  return null;
}

function reachOf(pod: PodRecord, what: string, facts: ClusterFacts): string {
  if (what === 'CoreDNS') {
    const others = clusterDns(facts).pods.filter(({ meta, ready }) => ready && meta.uid !== pod.meta.uid);
    const meanwhile =
      others.length > 0
        ? `${others.length} ${others.length === 1 ? 'other keeps' : 'others keep'} serving meanwhile`
        : pod.ready
          ? 'no other serves meanwhile'
          : 'neither it nor another serves now, so nothing is lost';
    return `One CoreDNS pod is replaced; ${meanwhile}.`;
  }
  return `The ${what} of ${pod.nodeName} is replaced; running pods keep their network, new pods on ${pod.nodeName} wait until it is back. No other node is touched.`;
}

function stateOf(pod: PodRecord): string {
  const trouble = podTrouble(pod);
  if (trouble === null) return 'Ready';
  const restarts = trouble.restarts > 0 ? `, ${trouble.restarts} restarts` : '';
  return `${trouble.reason}${restarts}`;
}

/** What the next step waits for: a complete owner, or new pods of the cluster DNS that are seen to answer. */
function settleOf(
  pod: ObjectRef,
  role: Exclude<Role, null>,
  answering: number | undefined,
  facts: ClusterFacts,
): Settle {
  const { what, workload: owner } = role;
  if (answering === undefined || what !== 'CoreDNS')
    return { type: 'replaced', pod, owner, timeoutMs: TIMEOUT_MS };
  const known = clusterDns(facts).pods.map(({ meta }) => meta.uid);
  return { type: 'dns-answers', owner, known: known.slice(0, 100), answering, timeoutMs: TIMEOUT_MS };
}

function goesOnWords(answering: number | undefined): string {
  if (answering === undefined) return '';
  const who = answering === 1 ? 'Its successor has' : `${answering} new pods have`;
  return ` ${who} to answer the agents before the plan goes on.`;
}

function plan(input: Parameters<CatalogueEntry['plan']>[0]): PlanResult {
  const { request, object, facts } = input;
  const params = DeletePodParams.safeParse(request.params);
  if (!params.success) return refuse('invalid-params', z.prettifyError(params.error));
  if (request.target.uid === undefined) return refuse('invalid-params', 'a pod is deleted by UID only');
  const found = targetObject(request, object, 'Pod');
  if (!found.ok) return found;
  const { target } = found;
  const name = formatRef(target.ref);
  if (!target.owners.some(({ controller }) => controller)) {
    return refuse('unsafe', `${name} has no controller: nothing would bring it back`);
  }
  const pod = facts.pods.find(({ meta }) => meta.uid === target.ref.uid);
  const role = pod === undefined ? null : roleOf(pod, facts);
  if (pod === undefined || role === null) {
    return refuse('wrong-target', `${name} is neither a CNI agent nor a CoreDNS pod`);
  }
  const { answering, evidence } = params.data;
  if (evidence === 'old-corefile' && role.what !== 'CoreDNS')
    return refuse('wrong-target', `${name} does not read a Corefile`);
  if (evidence === 'status' && podTrouble(pod) === null) {
    return refuse('nothing-to-do', `${name} is ready again`);
  }
  return {
    ok: true,
    planned: {
      request: { ...request, target: target.ref },
      title: `Delete pod ${target.ref.namespace}/${target.ref.name} on ${pod.nodeName}`,
      mutation: { verb: 'delete', target: target.ref },
      diff: `- ${name} (${stateOf(pod)}, on ${pod.nodeName})\n+ a new pod of ${formatRef(role.workload)}`,
      reads: READS,
      digest: digestOf(object, READS),
      reach: `${reachOf(pod, role.what, facts)}${goesOnWords(answering)}`,
      undo: `Not needed: ${formatRef(role.workload)} makes a new pod at once.`,
      preconditions: [`the same pod is still there (UID ${shortenIds(target.ref.uid)})`],
      settle: settleOf(target.ref, role, answering, facts),
      byHand: deleteByHand(target.ref),
    },
  };
}

/** Gone, being deleted, or another pod of the same name: deleted. Nobody else's delete can be told from ours, and need not. */
function tookEffect(
  input: Parameters<CatalogueEntry['tookEffect']>[0],
): ReturnType<CatalogueEntry['tookEffect']> {
  const { mutation, object } = input;
  if (mutation.verb !== 'delete') return 'cannot-tell';
  if (object === null) return 'yes';
  const uid = valueAt(object, '/metadata/uid');
  if (!uid.found) return 'cannot-tell';
  if (uid.value !== mutation.target.uid) return 'yes';
  const deleting = valueAt(object, '/metadata/deletionTimestamp');
  return deleting.found && deleting.value !== null ? 'yes' : 'no';
}

export const deletePod: CatalogueEntry = { type: 'delete-pod', params: DeletePodParams, plan, tookEffect };
