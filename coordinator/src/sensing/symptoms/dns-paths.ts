import { parseComponent } from '../../domain/component.ts';
import type { PathState, Suspect } from '../../domain/network.ts';
import type { Observation, Observed } from './observation.ts';
import { bounded } from './observation.ts';
import { percent } from './pod-network.ts';
import { answered, failingSince, failureKinds, lossRate, sources } from './probe-counts.ts';
import { dnsHoldMs } from './roll-out-hold.ts';

/** DNS for the whole cluster: its address or its pods fail from everywhere. */
export function clusterDnsSymptom(suspects: readonly Suspect[], observation: Observation): Observed | null {
  const dns = observation.states.filter(({ path }) => path.kind === 'dns' && path.from.mode !== 'canary');
  const vip = dns.filter(({ path }) => path.to.type === 'dns-vip' && !path.to.upstream);
  const vipLoss = lossRate(vip.filter(({ state }) => state !== 'unknown'));
  const explained = new Set(suspects.flatMap(({ explains }) => explains));
  const failing = dns.filter(({ path, state }) => explained.has(path.id) && state === 'failing');
  if (failing.length === 0) return null;
  // The address that pods use first: CoreDNS pods come and go with their paths.
  const vipFailing = vip.filter(({ state }) => state === 'failing');
  const proof = [...new Set([...vipFailing, ...failing])];
  const culprit = isWhole(vipLoss) ? null : onlyPod(suspects);
  const single = vipFailing.length === 0 ? culprit : null;
  const nodes = sources(failing);
  return {
    holdMs: dnsHoldMs(observation),
    symptom: bounded({
      kind: 'paths-failing',
      key: single === null ? 'dns' : `dns-pod:${single}`,
      scope: { type: 'dns' },
      component: suspects[0]?.component ?? null,
      headline: culprit === null ? headline(vipLoss) : oneOfPods(dns),
      sinceMs: failingSince(failing, observation.nowMs),
      lines: [
        ...(vip.length === 0
          ? []
          : [
              `DNS Service from ${sources(vip).failing.length} of ${sources(vip).all.length} nodes failing: ${answered(vip)}`,
            ]),
        ...podLines(dns),
        `How they fail: ${failureKinds(failing)}`,
      ],
      affected: {
        nodes: isWhole(vipLoss) ? nodes.failing : (nodesOfPods(suspects, dns) ?? nodes.failing),
        namespaces: [],
        objects: suspects.flatMap(({ component }) => dnsPodRef(component)),
      },
      pathIds: proof.map(({ path }) => path.id),
      lossRate: lossRate(vipFailing.length > 0 ? vipFailing : failing),
    }),
  };
}

function headline(vipLoss: number | null): string {
  return vipLoss === null || isWhole(vipLoss)
    ? 'DNS does not answer in the whole cluster'
    : `DNS loses ${percent(vipLoss)} of the questions in the whole cluster`;
}

/** Which lookups fail is chance, and so is their share at the moment of the title. */
function oneOfPods(dns: readonly PathState[]): string {
  const pods = new Set(dns.flatMap(({ path: { to } }) => (to.type === 'dns-pod' ? [to.pod] : [])));
  return pods.size < 2
    ? 'CoreDNS does not answer'
    : `One of ${pods.size} CoreDNS pods does not answer: some lookups fail`;
}

function isWhole(vipLoss: number | null): boolean {
  return vipLoss !== null && vipLoss > 0.7;
}

/** Where the DNS pods to blame run, when only such are to blame: that is where the trouble is. */
function nodesOfPods(suspects: readonly Suspect[], dns: readonly PathState[]): string[] | null {
  const pods = suspects.map(({ component }) => parseComponent(component));
  if (!pods.every(({ kind }) => kind === 'dns-pod')) return null;
  const names = new Set(pods.map(({ instance }) => instance));
  const nodes = dns.flatMap(({ path: { to } }) =>
    to.type === 'dns-pod' && names.has(to.pod) ? [to.node] : [],
  );
  return [...new Set(nodes)].toSorted();
}

/** The one CoreDNS pod that is to blame while the Service address works. */
function onlyPod(suspects: readonly Suspect[]): string | null {
  const pods = suspects
    .map(({ component }) => parseComponent(component))
    .filter(({ kind }) => kind === 'dns-pod');
  const [only, ...more] = pods;
  return only !== undefined && more.length === 0 && pods.length === suspects.length ? only.instance : null;
}

/** The name in `namespace/name`. */
function podNameIn(instance: string): string {
  return instance.split('/')[1] ?? '';
}

function dnsPodRef(component: Suspect['component']): { kind: 'Pod'; namespace: string; name: string }[] {
  const { kind, instance } = parseComponent(component);
  const [namespace = ''] = instance.split('/');
  const name = podNameIn(instance);
  return kind === 'dns-pod' && name !== '' ? [{ kind: 'Pod', namespace, name }] : [];
}

function podLines(dns: readonly PathState[]): string[] {
  const byPod = Map.groupBy(dns, ({ path }) => (path.to.type === 'dns-pod' ? path.to.pod : ''));
  byPod.delete('');
  return [...byPod].slice(0, 6).map(([pod, states]) => `${pod} by its address: ${answered(states)}`);
}

/** Names outside of the cluster only. */
export function upstreamSymptom(suspects: readonly Suspect[], observation: Observation): Observed | null {
  const upstream = observation.states.filter(({ path }) => 'upstream' in path.to && path.to.upstream);
  const failing = upstream.filter(({ state }) => state === 'failing');
  if (failing.length === 0) return null;
  const { failing: from, all } = sources(upstream);
  return {
    ...upstreamHold(observation),
    symptom: bounded({
      kind: 'paths-failing',
      key: 'dns-upstream',
      scope: { type: 'dns' },
      component: suspects[0]?.component ?? null,
      headline: 'Names outside of the cluster do not resolve',
      sinceMs: failingSince(failing, observation.nowMs),
      lines: [
        `External name from ${from.length} of ${all.length} nodes failing: ${answered(upstream)}`,
        `How they fail: ${failureKinds(failing)}`,
      ],
      affected: { nodes: from, namespaces: [], objects: [] },
      pathIds: failing.map(({ path }) => path.id),
      lossRate: lossRate(failing),
    }),
  };
}

/** A roll-out of CoreDNS costs answers for all names: where those of the cluster come, it is no excuse. */
function upstreamHold(observation: Observation): Pick<Observed, 'holdMs' | 'inTransition'> {
  const inside = observation.states.filter(
    ({ path }) => path.kind === 'dns' && path.to.type === 'dns-vip' && !path.to.upstream,
  );
  const holdMs = dnsHoldMs(observation);
  if (inside.some(({ state }) => state === 'failing')) return { holdMs };
  return { holdMs: Math.min(holdMs, observation.settings.clusterHoldMs), inTransition: false };
}
