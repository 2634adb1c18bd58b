import { z } from 'zod';
import type { JsonPatchOperation, Settle } from '../domain/action.ts';
import { formatRef } from '../domain/object-ref.ts';
import { clusterDns, type ClusterDns } from '../facts/coredns-objects.ts';
import { refOf } from '../facts/object-ref-of.ts';
import { mergeByHand } from './by-hand.ts';
import type { CatalogueEntry, PlanResult } from './catalogue-entry.ts';
import { checkCorefile } from './corefile-check.ts';
import { reloads, takenByReload } from './corefile-roll.ts';
import { textDiff } from './field-diff.ts';
import { valueAt } from './json-pointer.ts';
import { refuseIfManaged } from './managed-elsewhere.ts';
import { patchTookEffect } from './patch-effect.ts';
import { guards, plannedPatch } from './planned-step.ts';
import { refuse } from './refusal.ts';
import { targetObject } from './target-object.ts';

export const CorefileParams = z.strictObject({
  /** The whole new text. */
  corefile: z.string().min(1).max(20_000),
  /** Zone of the cluster's own names. */
  zone: z.string().min(1).max(253),
  /** What the change does, in words; goes into the title. */
  change: z.string().min(1).max(120),
});

const COREFILE = '/data/Corefile';

/** kubelets write the file into the pods within about 90 s, CoreDNS looks every 30 s; then the agents have to see it. */
const RELOAD_TIMEOUT_MS = 240_000;

function settleOf(dns: ClusterDns, before: string, after: string): Settle {
  const workload =
    dns.deployment === null
      ? dns.daemonSet === null
        ? null
        : refOf('DaemonSet', dns.daemonSet.meta)
      : refOf('Deployment', dns.deployment.meta);
  const answering = Math.min(100, takenByReload(dns, before, after));
  if (workload === null || answering === 0) return { type: 'none' };
  return { type: 'dns-answers', owner: workload, known: [], answering, timeoutMs: RELOAD_TIMEOUT_MS };
}

function reachOf(before: string, after: string, dns: ClusterDns): string {
  const serving = dns.pods.filter((pod) => pod.ready).length;
  if (serving === 0)
    return `All name resolution of the cluster: none of ${dns.pods.length} CoreDNS pods serves now; they read the file when they start.`;
  const pick =
    reloads(before) && reloads(after)
      ? 'take it within about 2 min by reload; should they refuse it, they stay with the file they have'
      : 'keep the old file until they are replaced';
  return `All name resolution of the cluster: the ${serving} CoreDNS pods that serve now ${pick}.`;
}

function plan(input: Parameters<CatalogueEntry['plan']>[0]): PlanResult {
  const params = CorefileParams.safeParse(input.request.params);
  if (!params.success) return refuse('invalid-params', z.prettifyError(params.error));
  const found = targetObject(input.request, input.object, 'ConfigMap');
  if (!found.ok) return found;
  const { target } = found;
  const name = formatRef(target.ref);
  const dns = clusterDns(input.facts);
  if (dns.configMap?.meta.uid !== target.ref.uid)
    return refuse('wrong-target', `${name} does not hold the Corefile of the cluster DNS`);
  const refusal = refuseIfManaged(target, input);
  if (refusal !== null) return refusal;
  const present = valueAt(input.object, COREFILE);
  if (!present.found || typeof present.value !== 'string')
    return refuse('wrong-target', `${name} has no key Corefile`);
  const { corefile, zone, change } = params.data;
  if (present.value === corefile) return refuse('nothing-to-do', `${name} already has this Corefile`);
  const ownAddresses = dns.service?.clusterIPs ?? [];
  const problems = checkCorefile(corefile, { zone, ownAddresses });
  const first = problems[0];
  if (first !== undefined)
    return refuse('unsafe', `the new Corefile is not valid: line ${first.line}: ${first.text}`);
  const write: JsonPatchOperation = { op: 'replace', path: COREFILE, value: corefile };
  const planned = plannedPatch(
    { ...input, target },
    [...guards(input.object, target, [COREFILE]), write],
    [COREFILE],
    {
      title: `${change} in the Corefile (${name})`,
      diff: textDiff(present.value, corefile),
      reach: reachOf(present.value, corefile, dns),
      undo: 'Put the previous Corefile back; its text is in the diff.',
      preconditions: [`${name} still has the same Corefile`, `the new Corefile is valid and serves ${zone}`],
      settle: settleOf(dns, present.value, corefile),
      byHand: mergeByHand(target.ref, { data: { Corefile: corefile } }),
    },
  );
  return { ok: true, planned };
}

export const patchCorefile: CatalogueEntry = {
  type: 'patch-corefile',
  params: CorefileParams,
  plan,
  tookEffect: patchTookEffect,
};
