import type { EventOf, StepResult } from '../domain/incident-event.ts';
import type { Incident } from '../domain/incident.ts';
import { outcomeDetail } from '../messages/outcome-detail.ts';
import { refusalWords } from '../messages/refusal-words.ts';

/** The message of somebody who is stuck: what is known, what was ruled out, what could not be seen, where to look. Pure. */
export function askHelp(incident: Incident, reason: string): EventOf<'help-requested'> {
  const diagnosis = incident.diagnosis;
  const top = diagnosis?.causes[0];
  const failedChecks = incident.passes.flatMap((p) => p.ended?.outcome.problems ?? []).slice(0, 2);
  const known = [
    ...(top === undefined || top.id === 'other' ? [] : [`Likely cause (${top.confidence}): ${top.summary}`]),
    ...tried(incident),
    ...failedChecks,
    ...(incident.triage?.lines ?? []),
  ];
  return {
    type: 'help-requested',
    reason: reason.slice(0, 300),
    known: known.map((k) => k.slice(0, 300)).slice(0, 6),
    ruledOut: (diagnosis?.checks ?? [])
      .filter((c) => c.result === 'clear')
      .map((c) => c.title.slice(0, 200))
      .slice(0, 20),
    cannotSee: [...(diagnosis?.unknown ?? []), ...(incident.triage?.unknown ?? [])]
      .map((u) => u.slice(0, 200))
      .slice(0, 10),
    lookAt: lookAt(incident).slice(0, 6),
  };
}

function tried({ execution, proposals }: Incident): string[] {
  const plan = proposals.find((p) => p.proposal.id === execution?.proposalId)?.proposal;
  return (execution?.steps ?? []).flatMap(({ outcome }, i) => {
    const title = plan?.steps[i]?.title;
    return outcome === null || title === undefined ? [] : [triedWords(title, outcome)];
  });
}

/** What became of a step of the plan, in words. */
function triedWords(title: string, outcome: StepResult): string {
  const detail = outcomeDetail(outcome.detail, title);
  const more = detail === '' ? '' : ` (${detail})`;
  switch (outcome.result) {
    case 'applied':
      return `Tried: ${title}; written${more}`;
    case 'refused':
      return `Not done: ${title}; ${refusalWords(outcome.reason)}${more}`;
    case 'unknown':
      return `Tried: ${title}; not certain whether it took effect${more}`;
  }
}

/** Commands a person would start with, chosen by what the symptoms touch. */
function lookAt(incident: Incident): string[] {
  const nodes = [...new Set(incident.symptoms.flatMap((s) => s.affected.nodes))].slice(0, 2);
  const objects = incident.symptoms.flatMap((s) => s.affected.objects).slice(0, 3);
  return [
    ...objects.map((o) =>
      o.namespace === ''
        ? `kubectl describe ${o.kind.toLowerCase()} ${o.name}`
        : `kubectl -n ${o.namespace} describe ${o.kind.toLowerCase()} ${o.name}`,
    ),
    ...nodes.map((n) => `kubectl get events -A --field-selector involvedObject.name=${n}`),
    ...nodes.map((n) => `on ${n}: ip route, ip -d link show type vxlan, iptables-save, dmesg`),
  ];
}
