import { formatRef, type ObjectRef } from '../domain/object-ref.ts';
import type { Situation } from '../facts/cluster-facts.ts';
import { clusterDns } from '../facts/coredns-objects.ts';
import { refOf } from '../facts/object-ref-of.ts';
import { podTrouble } from '../facts/pod-trouble.ts';
import { changedBefore, lastChangeOf } from '../facts/recent-changes.ts';
import type { PodRecord, ServiceRecord } from '../facts/records.ts';
import { isBackedBySelector, type LabelMiss, type Unbacked, unbacked } from '../facts/service-backing.ts';
import { clip, evidence } from './evidence.ts';
import type { Judgement, Remedy, Runbook } from './runbook.ts';
import { backingOptions, workloadOf } from './service-options.ts';
import { troubleSinceMs } from './symptom-scope.ts';
import { check, type Weighed, weighedCause } from './weigh.ts';

const ID = 'service-no-endpoints';
const TITLE = 'Services without endpoints';

interface Finding {
  service: ServiceRecord;
  found: Unbacked;
}

/** The Services that the incident is about; all that select pods where people ask, or where there are no symptoms. */
function concerned({ facts, symptoms }: Situation): ServiceRecord[] {
  const open = symptoms.length === 0 || symptoms.some(({ kind }) => kind === 'asked');
  const dns = clusterDns(facts).service?.meta.uid;
  return facts.services.filter(({ meta }) => {
    const named = symptoms.some(
      ({ scope }) =>
        scope.type === 'service' && scope.namespace === meta.namespace && scope.name === meta.name,
    );
    return named || (open && meta.uid !== dns);
  });
}

/** Scaled to zero is what somebody wanted, and a selector that never meant any pod is no fault to name unasked. */
function isTelling({ symptoms }: Situation, found: Unbacked): boolean {
  if (found.why === 'scaled-to-zero') return false;
  const named = symptoms.some(({ scope }) => scope.type === 'service');
  return named || found.why === 'no-pods' || (found.why === 'selects-nothing' && found.near !== null);
}

function findings(situation: Situation): Finding[] {
  const { facts } = situation;
  if (facts.unknown.some(({ what }) => what === 'pods' || what === 'services')) return [];
  return concerned(situation)
    .filter(isBackedBySelector)
    .slice(0, 200)
    .flatMap((service) => {
      const found = unbacked(facts, service);
      return found !== null && isTelling(situation, found) ? [{ service, found }] : [];
    });
}

function missWords(misses: readonly LabelMiss[]): string {
  return misses
    .map(({ key, wanted, present }) =>
      present === null ? `no label ${key} (wanted ${wanted})` : `${key}=${present} instead of ${wanted}`,
    )
    .join(', ');
}

function selectorWords({ selector }: ServiceRecord): string {
  return Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

/** What is the matter, as the rest of a sentence about the Service. */
function reasonWords({ service, found }: Finding): string {
  switch (found.why) {
    case 'selects-nothing': {
      const near =
        found.near === null
          ? ''
          : `; ${found.near.pods.length} ready ${found.near.pods.length === 1 ? 'pod has' : 'pods have'} ${missWords(found.near.misses)}`;
      return `its selector ${selectorWords(service)} matches no pod${near}`;
    }
    case 'scaled-to-zero':
      return `${found.workload.meta.name} is scaled to zero`;
    case 'no-pods':
      return `${found.workload.meta.name} wants pods and has none`;
    case 'not-ready': {
      const [first] = found.pods;
      const trouble = first === undefined ? null : podTrouble(first);
      const why =
        trouble === null
          ? ''
          : `: ${trouble.reason}${trouble.restarts > 0 ? `, ${trouble.restarts} restarts` : ''}`;
      return `${found.pods.length === 1 ? 'its only pod is not ready' : `none of its ${found.pods.length} pods is ready`}${why}`;
    }
  }
}

function selectorChange(situation: Situation, { service, found }: Finding): string {
  return found.why === 'selects-nothing'
    ? changedBefore(lastChangeOf(service.meta, 'selector'), troubleSinceMs(situation))
    : '';
}

function summaryOf(situation: Situation, finding: Finding): string {
  const { namespace, name } = finding.service.meta;
  const changed = selectorChange(situation, finding);
  return `Service ${namespace}/${name} has no endpoints: ${reasonWords(finding)}${changed === '' ? '' : ` (selector ${changed})`}.`;
}

/** What their probes answered, and whether what makes them was changed shortly before. */
function whyNotReady(situation: Situation, pods: readonly PodRecord[]): Weighed[] {
  const { facts } = situation;
  const names = new Set(pods.map(({ meta }) => `${meta.namespace}/${meta.name}`));
  const unhealthy = facts.events
    .filter(({ reason, object }) => reason === 'Unhealthy' && names.has(`${object.namespace}/${object.name}`))
    .toSorted((a, b) => b.lastMs - a.lastMs)[0];
  const change = workloadChange(situation, pods);
  return [
    ...(unhealthy === undefined
      ? []
      : [
          {
            weight: 0.3,
            evidence: evidence('event', `${unhealthy.object.name}: ${unhealthy.message}`, {
              atMs: unhealthy.lastMs,
            }),
          },
        ]),
    ...(change === null
      ? []
      : [
          {
            weight: 0.4,
            evidence: evidence('object', `${formatRef(change.ref)} was ${change.words}`, { ref: change.ref }),
          },
        ]),
  ];
}

/** The last change of the containers that these pods are made from; null when it is not of this time. */
function workloadChange(
  situation: Situation,
  pods: readonly PodRecord[],
): { ref: ObjectRef; words: string } | null {
  const workload = workloadOf(situation.facts, pods);
  if (workload === null) return null;
  const words = changedBefore(lastChangeOf(workload.meta, 'containers'), troubleSinceMs(situation));
  return words === '' ? null : { ref: workload.ref, words };
}

const WEIGHT: Readonly<Record<Unbacked['why'], number>> = {
  'selects-nothing': 0.6,
  'no-pods': 0.55,
  'not-ready': 0.5,
  'scaled-to-zero': 0,
};

function proOf(situation: Situation, finding: Finding): Weighed[] {
  const { service, found } = finding;
  const { facts } = situation;
  const ref = refOf('Service', service.meta);
  const pro: Weighed[] = [
    {
      weight: WEIGHT[found.why],
      evidence: evidence('object', `${formatRef(ref)}: ${reasonWords(finding)}`, { ref }),
    },
  ];
  const slices = facts.endpointSlices.filter(
    ({ meta, service: of }) => meta.namespace === service.meta.namespace && of === service.meta.name,
  );
  const empty = slices.length > 0 && slices.every(({ endpoints }) => endpoints.every(({ ready }) => !ready));
  if (empty) {
    const text = `its EndpointSlices list no ready endpoint`;
    pro.push({ weight: 0.3, evidence: evidence('object', text, { ref }) });
  }
  const changed = selectorChange(situation, finding);
  if (changed !== '') {
    pro.push({
      weight: 0.4,
      evidence: evidence('object', `the selector of ${formatRef(ref)} ${changed}`, { ref }),
    });
  }
  if (found.why === 'not-ready') pro.push(...whyNotReady(situation, found.pods));
  const refused = facts.events.find(
    ({ reason, namespace, type }) =>
      found.why === 'no-pods' &&
      type !== 'Normal' &&
      reason === 'FailedCreate' &&
      namespace === service.meta.namespace,
  );
  if (refused !== undefined) {
    pro.push({ weight: 0.4, evidence: evidence('event', refused.message, { atMs: refused.lastMs }) });
  }
  return pro;
}

/** Where the network itself is in trouble, pods that are not ready follow from it. */
function contraOf({ symptoms }: Situation, { found }: Finding): Weighed[] {
  const trouble = symptoms.find(({ scope }) => scope.type !== 'service' && scope.type !== 'namespace');
  if (trouble === undefined || trouble.kind === 'asked' || found.why === 'selects-nothing') return [];
  return [
    {
      weight: 0.6,
      evidence: evidence('object', `more than this Service is in trouble: ${trouble.headline}`),
    },
  ];
}

function judge(situation: Situation): Judgement {
  const [first, ...more] = findings(situation);
  if (first === undefined) {
    const unread = situation.facts.unknown.find(({ what }) => what === 'pods' || what === 'services');
    const detail = unread?.why ?? 'every Service in question has a ready pod, or is not meant to have one';
    return {
      cause: null,
      checks: [check(ID, TITLE, unread === undefined ? 'clear' : 'unknown', detail)],
      unknown: [],
    };
  }
  const summary = summaryOf(situation, first);
  const cause = weighedCause({
    id: ID,
    component: `Service ${first.service.meta.namespace}/${first.service.meta.name}`,
    summary,
    pro: proOf(situation, first),
    contra: contraOf(situation, first),
  });
  const others = more.length === 0 ? '' : ` ${more.length} more without endpoints.`;
  return { cause, checks: [check(ID, TITLE, 'found', `${summary}${others}`)], unknown: [] };
}

function remedy(situation: Situation): Remedy | null {
  const [first] = findings(situation);
  if (first === undefined) return null;
  const { namespace, name } = first.service.meta;
  return {
    type: 'escalate',
    escalation: {
      cause: ID,
      title: clip(`Service ${namespace}/${name} has no endpoints`, 200),
      why: clip(
        `${summaryOf(situation, first)} What the Service is meant to lead to is its owner’s decision.`,
        800,
      ),
      options: backingOptions(situation.facts, first.service, first.found).map((option) => clip(option, 400)),
    },
  };
}

/** S3: a Service has nothing behind it, by its selector or because its pods are missing or not ready. */
export const serviceNoEndpoints: Runbook = {
  id: ID,
  needs: ['services', 'endpointSlices', 'pods', 'deployments'],
  // Logs of workloads are not read: only network components' are.
  wantsLogs: () => [],
  judge,
  remedy,
};
