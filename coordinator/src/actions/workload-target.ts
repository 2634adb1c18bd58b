import { z } from 'zod';
import type { ActionRequest, Json } from '../domain/action.ts';
import { formatRef } from '../domain/object-ref.ts';
import type { RawObject } from '../domain/raw-object.ts';
import type { ClusterFacts } from '../facts/cluster-facts.ts';
import { isActive, podsOwnedBy } from '../facts/pod-lookups.ts';
import { podTrouble } from '../facts/pod-trouble.ts';
import type { DaemonSetRecord, DeploymentRecord, Toleration } from '../facts/records.ts';
import { type Refusal, refuse } from './refusal.ts';
import { targetObject, type TargetObject } from './target-object.ts';
import { valueAt } from './json-pointer.ts';

const TolerationShape = z.object({
  key: z.string().optional(),
  operator: z.string().optional(),
  value: z.string().optional(),
  effect: z.string().optional(),
});

const Placing = z.object({
  nodeSelector: z.record(z.string(), z.string()).nullish(),
  tolerations: z.array(TolerationShape).nullish(),
});

export interface DaemonSetTarget {
  target: TargetObject;
  /** The watch's record, with the placement fields of the object as read now. */
  record: DaemonSetRecord;
}

/** zod leaves absent members as `undefined`; the record's type has them absent. */
function plainToleration(toleration: z.infer<typeof TolerationShape>): Toleration {
  return JSON.parse(JSON.stringify(toleration));
}

/** The DaemonSet that a request names, as read now; refused when the watch does not know it: its reach would be a guess. */
export function daemonSetTarget(input: {
  request: ActionRequest;
  object: RawObject;
  facts: ClusterFacts;
}): ({ ok: true } & DaemonSetTarget) | Refusal {
  const checked = targetObject(input.request, input.object, 'DaemonSet');
  if (!checked.ok) return checked;
  const { target } = checked;
  const known = input.facts.daemonSets.find(({ meta }) => meta.uid === target.ref.uid);
  const spec = valueAt(input.object, '/spec/template/spec');
  const placing = Placing.safeParse(spec.found ? spec.value : null);
  if (known === undefined || !placing.success) {
    return refuse(
      'wrong-target',
      `${formatRef(target.ref)} is not known to the watch: its reach cannot be told`,
    );
  }
  const affinity = valueAt(
    input.object,
    '/spec/template/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution',
  );
  const template = {
    ...known.template,
    nodeSelector: placing.data.nodeSelector ?? {},
    tolerations: (placing.data.tolerations ?? []).map(plainToleration),
    requiredNodeAffinity: affinity.found ? affinity.value : null,
  };
  return { ok: true, target, record: { ...known, template } };
}

export interface DeploymentTarget {
  target: TargetObject;
  record: DeploymentRecord;
}

export function deploymentTarget(input: {
  request: ActionRequest;
  object: RawObject;
  facts: ClusterFacts;
}): ({ ok: true } & DeploymentTarget) | Refusal {
  const checked = targetObject(input.request, input.object, 'Deployment');
  if (!checked.ok) return checked;
  const record = input.facts.deployments.find(({ meta }) => meta.uid === checked.target.ref.uid);
  if (record !== undefined) return { ok: true, target: checked.target, record };
  return refuse('wrong-target', `${formatRef(checked.target.ref)} is not known to the watch`);
}

/** Pods of a DaemonSet that cannot get their image: rolling the others could take them down for good. */
export function refuseIfImageMissing(record: DaemonSetRecord, facts: ClusterFacts): Refusal | null {
  const waiting = podsOwnedBy(facts, record.meta.uid).filter((pod) => podTrouble(pod)?.kind === 'image');
  const first = waiting[0];
  if (first === undefined) return null;
  return refuse(
    'unsafe',
    `pod ${first.meta.name} on ${first.nodeName} cannot pull its image: a roll-out could leave more nodes without an agent`,
  );
}

/** How many pods a rolling update takes down at once. */
export function takenDownAtOnce(record: DaemonSetRecord): number {
  const text = record.maxUnavailable.trim();
  const share = /^(\d{1,3})%$/.exec(text)?.[1];
  if (share !== undefined) return Math.max(1, Math.ceil((Number(share) * record.desired) / 100));
  return /^\d{1,6}$/.test(text) ? Number(text) : 1;
}

/** Deadline of a DaemonSet's roll-out: 3 min, and one for each batch, at most an hour. */
export function rolloutTimeoutMs(record: DaemonSetRecord): number {
  const batches = Math.ceil(record.desired / Math.max(1, takenDownAtOnce(record)));
  return Math.min(3_600_000, 180_000 + batches * 60_000);
}

/** Pods that run now and would be replaced by a changed template. */
export function runningPods(record: DaemonSetRecord, facts: ClusterFacts): number {
  return podsOwnedBy(facts, record.meta.uid).filter(isActive).length;
}

/** A JSON value made of plain data, as the API has it. */
export function asJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value));
}
