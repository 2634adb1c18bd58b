import type { ClusterFacts } from '../facts/cluster-facts.ts';
import { networkPods, type NetworkComponent } from '../facts/network-components.ts';
import { podTrouble } from '../facts/pod-trouble.ts';
import type { PodRecord } from '../facts/records.ts';
import type { Cluster } from '../ports/cluster.ts';

const currentLines = 20;
const previousLines = 15;
const maxLine = 400;

export interface ShownLog {
  /** What is shown, or why nothing is. */
  line: string;
  /** The log itself, newest last: other people's text. Empty when nothing is shown. */
  log: string[];
}

/**
 * The end of a pod's log, and of its last crash if there was one. Only of pods that carry the cluster's network or watch
 * it: what a workload logs is not this incident's business.
 */
export async function showLog(
  cluster: Pick<Cluster, 'facts' | 'logs'>,
  wanted: { namespace: string | null; name: string },
): Promise<ShownLog> {
  const found = findPod(cluster.facts(), wanted);
  if (!found.ok) return { line: found.why, log: [] };
  const { pod, component } = found;
  const { namespace, name } = pod.meta;
  const container = containerOf(pod);
  const request = { namespace, pod: name, ...(container === null ? {} : { container: container.name }) };
  const crashed = container !== null && container.restarts > 0;
  const [previous, current] = await Promise.all([
    crashed ? cluster.logs({ ...request, previous: true, tailLines: previousLines }) : null,
    cluster.logs({ ...request, previous: false, tailLines: currentLines }),
  ]);
  const log = [
    ...section('before its last restart', previous, previousLines),
    ...section(crashed ? 'since then' : null, current, currentLines),
  ];
  const what = `${component} pod ${namespace}/${name} on ${pod.nodeName || 'no node'}`;
  if (log.length === 0) {
    const why = current === null ? 'its log could not be read' : 'it has logged nothing';
    return { line: `${what}: ${why}.`, log: [] };
  }
  const restarts = crashed
    ? `, ${container.restarts} ${container.restarts === 1 ? 'restart' : 'restarts'}`
    : '';
  const which = pod.containers.length > 1 && container !== null ? `, container ${container.name}` : '';
  return { line: `End of the log of ${what}${which}${restarts}:`, log };
}

function section(title: string | null, lines: readonly string[] | null, most: number): string[] {
  if (lines === null || lines.length === 0) return [];
  const shown = lines
    .slice(-most)
    .map((text) => (text.length > maxLine ? `${text.slice(0, maxLine - 1)}…` : text));
  return title === null ? shown : [`--- ${title} ---`, ...shown];
}

/** The container that is worst off, else the first. */
function containerOf(pod: PodRecord): PodRecord['containers'][number] | null {
  const name = podTrouble(pod)?.container;
  return pod.containers.find((container) => container.name === name) ?? pod.containers[0] ?? null;
}

type Found = { ok: true; pod: PodRecord; component: NetworkComponent } | { ok: false; why: string };

function findPod(
  facts: ClusterFacts,
  { namespace, name }: { namespace: string | null; name: string },
): Found {
  const named = ({ meta }: PodRecord): boolean =>
    meta.name === name && (namespace === null || meta.namespace === namespace);
  const components = networkPods(facts);
  const matches = [...components].filter(([pod]) => named(pod));
  const [first, ...more] = matches;
  if (first !== undefined && more.length === 0) return { ok: true, pod: first[0], component: first[1] };
  if (first !== undefined)
    return { ok: false, why: `${matches.length} pods are called ${name}: name the namespace too.` };
  const full = namespace === null ? name : `${namespace}/${name}`;
  const other = facts.pods.find(named);
  if (other === undefined) return { ok: false, why: `No pod ${full} is known.` };
  return {
    ok: false,
    why: `Pod ${other.meta.namespace}/${name} is no part of the network: only logs of CNI agents, CoreDNS, kube-proxy and pathmedic are shown here.`,
  };
}
