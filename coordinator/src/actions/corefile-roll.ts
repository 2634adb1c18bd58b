import type { ActionRequest } from '../domain/action.ts';
import type { ClusterDns } from '../facts/coredns-objects.ts';
import { refOf } from '../facts/object-ref-of.ts';
import { isActive } from '../facts/pod-lookups.ts';
import { podTrouble } from '../facts/pod-trouble.ts';
import type { PodRecord } from '../facts/records.ts';
import { parseCorefile } from './corefile-parse.ts';

/** With more pods than this to replace after the first one, the workload's own roll-out does it. */
const MOST_BY_NAME = 3;

/** Whether CoreDNS reads the file again by itself; of a file that does not parse, by what it says before it breaks off. */
export function reloads(corefile: string): boolean {
  const { blocks, syntax } = parseCorefile(corefile);
  if (syntax !== null && blocks.length === 0) return /^\s*reload(?:\s+(?!off\b)\S+)*\s*$/m.test(corefile);
  return blocks.some(({ directives }) =>
    directives.some(({ name, args }) => name === 'reload' && args[0] !== 'off'),
  );
}

interface DnsPods {
  /** Pods that fail wait up to 5 min for their next start, and only then read the file. */
  down: PodRecord[];
  up: PodRecord[];
}

function dnsPods(dns: ClusterDns): DnsPods {
  const active = dns.pods.filter(isActive);
  return {
    down: active.filter((pod) => hasFailed(pod)),
    up: active.filter((pod) => podTrouble(pod) === null),
  };
}

/** A pod that has not begun yet (no node, no image) reads the new file when it does. */
function hasFailed(pod: PodRecord): boolean {
  const kind = podTrouble(pod)?.kind;
  return kind !== undefined && kind !== 'unschedulable' && kind !== 'image';
}

/** How many pods take a new Corefile by `reload` alone; 0 where any pod has to be replaced for it. */
export function takenByReload(dns: ClusterDns, before: string, after: string): number {
  const { down, up } = dnsPods(dns);
  return down.length === 0 && reloads(before) && reloads(after) ? up.length : 0;
}

function deletion(pod: PodRecord, evidence: 'status' | 'old-corefile', answering: number): ActionRequest {
  return { type: 'delete-pod', target: refOf('Pod', pod.meta), params: { evidence, answering } };
}

function wholeRoll(dns: ClusterDns): ActionRequest[] {
  if (dns.deployment !== null)
    return [{ type: 'restart-deployment', target: refOf('Deployment', dns.deployment.meta), params: {} }];
  if (dns.daemonSet === null) return [];
  return [{ type: 'restart-daemonset', target: refOf('DaemonSet', dns.daemonSet.meta), params: {} }];
}

/**
 * What has to follow a new Corefile. Serving pods with `reload` take it by themselves, and stay with the old file should it
 * be bad: nothing is restarted then. Otherwise ONE pod is replaced first and has to answer the agents before the rest
 * follows: a new file that is bad after all costs one pod. Of pods that do not run, nothing is lost by being first.
 */
export function rollAfterCorefile(dns: ClusterDns, before: string, after: string): ActionRequest[] {
  const { down, up } = dnsPods(dns);
  const staying = up.length > 0 && !(reloads(before) && reloads(after));
  const [first, ...others] = down;
  if (first !== undefined) {
    const rest = staying || others.length > MOST_BY_NAME ? wholeRoll(dns) : null;
    const byName = others.map((pod, i) => deletion(pod, 'status', i + 2));
    return [deletion(first, 'status', 1), ...(rest ?? byName)];
  }
  const [serving, ...more] = up;
  if (!staying || serving === undefined) return [];
  // The only pod is not taken down before its successor is ready: the roll-out starts that one first.
  return more.length === 0 ? wholeRoll(dns) : [deletion(serving, 'old-corefile', 1), ...wholeRoll(dns)];
}
