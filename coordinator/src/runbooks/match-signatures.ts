import type { CauseId } from '../domain/cause.ts';
import type { ClusterFacts, Situation } from '../facts/cluster-facts.ts';
import { cniAgents } from '../facts/cni-flavour.ts';
import { clusterDns } from '../facts/coredns-objects.ts';
import type { EventRecord, PodRecord } from '../facts/records.ts';
import { evidence } from './evidence.ts';
import type { Place } from './signature.ts';
import { SIGNATURES } from './signatures.ts';
import { affectedNodes, troubleSinceMs } from './symptom-scope.ts';
import type { Weighed } from './weigh.ts';

const MAX_LINE = 2000;

interface Line {
  place: Place;
  text: string;
  weighed: (weight: number) => Weighed;
}

/** Whose log it is, by the pod's owner; a pod that is none of the known components counts for nobody. */
function placeOf(facts: ClusterFacts, namespace: string, pod: string): Place | null {
  const record = facts.pods.find(({ meta }) => meta.namespace === namespace && meta.name === pod);
  const owner = record?.meta.owner?.uid;
  const isCni = cniAgents(facts).some(({ daemonSets }) => daemonSets.some(({ meta }) => meta.uid === owner));
  if (isCni && owner !== undefined) return 'cni';
  if (record !== undefined && clusterDns(facts).pods.includes(record)) return 'coredns';
  return record?.meta.owner?.name === 'kube-proxy' ? 'kube-proxy' : null;
}

function logLines(facts: ClusterFacts): Line[] {
  return facts.logs.flatMap((log) => {
    const place = placeOf(facts, log.namespace, log.pod);
    if (place === null) return [];
    return log.lines.map((text) => ({
      place,
      text: text.slice(0, MAX_LINE),
      weighed: (weight: number) => ({
        weight,
        evidence: evidence('log', `${log.namespace}/${log.pod} on ${log.node || 'an unknown node'}: ${text}`),
      }),
    }));
  });
}

/** An event that was last seen this long before the trouble began tells of something else. Repeated events come at least so often. */
const BEFORE_MS = 6 * 60_000;

/** What a pod is told while it has no network yet. */
const SANDBOX = /^(FailedCreatePodSandBox|NetworkNotReady|FailedSync)$/;

/** A pod that is ready by now, or gone, has got over it: its event is of an earlier trouble. */
function isOver(pod: PodRecord | undefined, { reason, object }: EventRecord): boolean {
  return object.kind === 'Pod' && SANDBOX.test(reason) && (pod === undefined || pod.ready);
}

/** Of the time of this trouble, and where the trouble is on known nodes: on one of them. Without symptoms every event counts. */
function mayConcern(situation: Situation): (event: EventRecord) => boolean {
  const { facts, symptoms } = situation;
  if (symptoms.length === 0) return () => true;
  const fromMs = troubleSinceMs(situation) - BEFORE_MS;
  const nodes = affectedNodes(situation);
  const pods = new Map(facts.pods.map((pod) => [`${pod.meta.namespace}/${pod.meta.name}`, pod]));
  const podsKnown = !facts.unknown.some(({ what }) => what === 'pods');
  return (event) => {
    const { lastMs, node, object } = event;
    const pod = pods.get(`${object.namespace}/${object.name}`);
    if (lastMs < fromMs || (podsKnown && isOver(pod, event))) return false;
    const place = object.kind === 'Node' ? object.name : node || (pod?.nodeName ?? '');
    return nodes === null || place === '' || nodes.has(place);
  };
}

function eventLines(situation: Situation): Line[] {
  return situation.facts.events
    .filter(({ type }) => type !== 'Normal')
    .filter(mayConcern(situation))
    .map((event) => ({
      place: 'event' as const,
      text: `${event.reason} ${event.message}`.slice(0, MAX_LINE),
      weighed: (weight: number) => ({
        weight,
        evidence: evidence(
          'event',
          `${event.object.kind} ${event.object.name}: ${event.reason}: ${event.message}`,
          {
            atMs: event.lastMs,
          },
        ),
      }),
    }));
}

/** A situation never changes, and every runbook asks. */
const matched = new WeakMap<Situation, ReadonlyMap<CauseId, Weighed[]>>();

/**
 * What events and logs of networking components say, by cause: events of the incident's time and place only. Each
 * signature counts once, however often it is printed: repetition is no second witness.
 */
export function matchSignatures(situation: Situation): ReadonlyMap<CauseId, Weighed[]> {
  const known = matched.get(situation);
  if (known !== undefined) return known;
  const lines = [...logLines(situation.facts), ...eventLines(situation)];
  const hits = new Map<CauseId, Map<Line, number>>();
  for (const { cause, pattern, from, weight } of SIGNATURES) {
    const hit = lines.find(({ place, text }) => from.includes(place) && pattern.test(text));
    if (hit === undefined) continue;
    // One line is one witness, however many of a cause's signatures know it.
    const ofCause = hits.get(cause) ?? new Map<Line, number>();
    ofCause.set(hit, Math.max(weight, ofCause.get(hit) ?? 0));
    hits.set(cause, ofCause);
  }
  const byCause = new Map(
    [...hits].map(([cause, ofCause]) => [cause, [...ofCause].map(([line, weight]) => line.weighed(weight))]),
  );
  matched.set(situation, byCause);
  return byCause;
}
