import { z } from 'zod';
import { formatRef } from '../domain/object-ref.ts';
import { cniFlavourOf } from '../facts/cni-flavour.ts';
import { clusterDns } from '../facts/coredns-objects.ts';
import { restartByHand } from './by-hand.ts';
import type { CatalogueEntry, PlanResult } from './catalogue-entry.ts';
import { refuseRestartIfManaged } from './managed-elsewhere.ts';
import { guards, plannedPatch } from './planned-step.ts';
import { type Refusal, refuse } from './refusal.ts';
import { ANNOTATIONS, restartStamp, restartTookEffect } from './template-restart.ts';
import {
  daemonSetTarget,
  type DaemonSetTarget,
  refuseIfImageMissing,
  rolloutTimeoutMs,
  runningPods,
  takenDownAtOnce,
} from './workload-target.ts';

const Params = z.strictObject({});

/** A restarted agent that cannot come back takes a working data plane with it: when in doubt, no. */
function refuseUnsafe(
  found: DaemonSetTarget,
  facts: Parameters<CatalogueEntry['plan']>[0]['facts'],
): Refusal | null {
  const { record, target } = found;
  const name = formatRef(target.ref);
  if (cniFlavourOf(record) === null && clusterDns(facts).daemonSet?.meta.uid !== record.meta.uid) {
    return refuse('wrong-target', `${name} is neither a CNI agent nor the cluster DNS`);
  }
  if (record.updateStrategy === 'OnDelete') {
    return refuse(
      'unsafe',
      `${name} updates OnDelete: changing its template restarts nothing until pods are deleted`,
    );
  }
  const running = runningPods(record, facts);
  if (running > 1 && takenDownAtOnce(record) >= running) {
    return refuse(
      'unsafe',
      `maxUnavailable ${record.maxUnavailable} would take down all ${running} pods at once`,
    );
  }
  return refuseIfImageMissing(record, facts);
}

function plan(input: Parameters<CatalogueEntry['plan']>[0]): PlanResult {
  const params = Params.safeParse(input.request.params);
  if (!params.success) return refuse('invalid-params', z.prettifyError(params.error));
  const found = daemonSetTarget(input);
  if (!found.ok) return found;
  const refusal = refuseRestartIfManaged(found.target, input) ?? refuseUnsafe(found, input.facts);
  if (refusal !== null) return refusal;
  const { record, target } = found;
  const name = formatRef(target.ref);
  const running = runningPods(record, input.facts);
  const reads = [ANNOTATIONS, '/spec/updateStrategy'];
  const stamp = restartStamp(input.object, input.planId);
  const timeoutMs = rolloutTimeoutMs(record);
  const planned = plannedPatch(
    { ...input, target },
    [...guards(input.object, target, reads), ...stamp.patch],
    reads,
    {
      title: `Restart ${name}`,
      diff: stamp.diff,
      reach: `Replaces ${running} pods, ${takenDownAtOnce(record)} at a time (running pods keep their network; new ones wait while the agent of their node restarts).`,
      undo: 'A restart cannot be undone; the stamp on the template is harmless.',
      preconditions: [`${name} still updates by RollingUpdate with maxUnavailable ${record.maxUnavailable}`],
      settle: { type: 'rollout', target: target.ref, timeoutMs },
      byHand: restartByHand(target.ref, timeoutMs),
    },
  );
  return { ok: true, planned };
}

export const restartDaemonSet: CatalogueEntry = {
  type: 'restart-daemonset',
  params: Params,
  plan,
  tookEffect: restartTookEffect,
};
