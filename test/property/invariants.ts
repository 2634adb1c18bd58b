import type { Incident } from '@pathmedic/coordinator/domain/incident.ts';
import type { IncidentEvent } from '@pathmedic/coordinator/domain/incident-event.ts';
import { fieldManagerOf } from '@pathmedic/coordinator/pipeline/field-manager.ts';
import { announce } from '@pathmedic/coordinator/pipeline/announce.ts';
import { replyMessage } from '@pathmedic/coordinator/messages/slack-reply.ts';
import type { SlackContext } from '@pathmedic/coordinator/messages/slack-context.ts';
import { rootMessage } from '@pathmedic/coordinator/messages/slack-root.ts';
import type { ChannelMessage } from './channel.ts';
import type { World } from './world.ts';
import { digestOfRead } from './write-oracle.ts';

/** What must hold after any schedule. Empty when it does. */
export async function violations(world: World): Promise<string[]> {
  const incidents = await allIncidents(world);
  return [
    ...onlyApprovedWrites(world),
    ...eachPlanStepOnce(world),
    ...onlyWhatWasApproved(world, incidents),
    ...notStartedMeansNothingDone(world, incidents),
    ...nothingLost(world, incidents),
    ...passesApart(incidents),
    ...(await slackTellsTheTruth(world, incidents)),
  ];
}

export interface Told {
  incident: Incident;
  events: IncidentEvent[];
}

export async function allIncidents(world: World): Promise<Told[]> {
  const listed = [
    ...(await world.store.list({ open: true, limit: 100 })),
    ...(await world.store.list({ open: false, limit: 100 })),
  ];
  const ids = [...new Set(listed.map((l) => l.id))];
  const loaded = await Promise.all(ids.map((id) => world.store.load(id)));
  return loaded.flatMap((l) => (l === null ? [] : [l]));
}

const ourManager = 'pathmedic-';

function ourMutations(world: World) {
  return world.plant.server
    .mutations()
    .filter(
      (m) =>
        m.resource !== 'leases' && m.user === 'executor' && (m.fieldManager ?? '').startsWith(ourManager),
    );
}

/** No mutation without a person's approval, by what the API server saw and by what people did. */
function onlyApprovedWrites(world: World): string[] {
  const approved = new Set([...world.approvedByPeople].map(fieldManagerOf));
  return ourMutations(world)
    .filter((m) => !approved.has(m.fieldManager ?? ''))
    .map((m) => `the API server saw a change by ${m.fieldManager}, which nobody approved`);
}

/** At most one mutation a plan step. The plans here have one step each. */
function eachPlanStepOnce(world: World): string[] {
  const counts = new Map<string, number>();
  for (const { fieldManager } of ourMutations(world)) {
    counts.set(fieldManager ?? '', (counts.get(fieldManager ?? '') ?? 0) + 1);
  }
  return [...counts]
    .filter(([, n]) => n > 1)
    .map(([manager, n]) => `${manager} changed the cluster ${n} times`);
}

/** A write leaves only when the target was just read and is as it was when people approved. */
function onlyWhatWasApproved(world: World, incidents: readonly Told[]): string[] {
  const plans = new Map(
    incidents.flatMap(({ incident }) =>
      incident.proposals.map(({ proposal }) => [fieldManagerOf(proposal.id), proposal] as const),
    ),
  );
  return world.writes.writes.flatMap((write) => {
    const step = plans.get(write.fieldManager)?.steps[0];
    // The plan itself may be part of a lost tail; then only the other oracles speak.
    if (step === undefined) return [];
    return digestOfRead(write, step.reads) === step.digest
      ? []
      : [
          `${write.process} wrote although the target is not as it was when ${write.fieldManager} was approved`,
        ];
  });
}

/** Whatever became of the story: nobody is told that a plan was not started when the API server has taken its change. */
function notStartedMeansNothingDone(world: World, incidents: readonly Told[]): string[] {
  const changed = new Set(ourMutations(world).map(({ fieldManager }) => fieldManager));
  return incidents.flatMap(({ events }) =>
    events.flatMap(({ body }) =>
      body.type === 'execution-ended' &&
      body.result === 'not-started' &&
      changed.has(fieldManagerOf(body.proposalId))
        ? [`${body.proposalId} was called not started, but it changed the cluster: ${body.detail}`]
        : [],
    ),
  );
}

/** No fault is without an incident, and each incident ends closed or asking for help. */
function nothingLost(world: World, incidents: readonly Told[]): string[] {
  const open = incidents.filter(({ incident }) => incident.phase !== 'closed');
  const stuck = open
    .filter(({ incident }) => incident.phase !== 'needs-help' && incident.phase !== 'escalated')
    .map(({ incident }) => `incident ${incident.id} ended in phase ${incident.phase}`);
  const unseen =
    world.plant.broken() && open.length === 0 ? ['the cluster is broken and no incident is open'] : [];
  const leftOpen =
    !world.plant.broken() && open.length > 0
      ? open.map(
          ({ incident }) =>
            `the cluster is healthy and incident ${incident.id} is still open (${incident.phase})`,
        )
      : [];
  return [...stuck, ...unseen, ...leftOpen];
}

const minGapMs = 30_000;

/** A close without two good passes at least 30 s apart does not happen. */
function passesApart(incidents: readonly Told[]): string[] {
  return incidents.flatMap(({ incident, events }) => {
    if (incident.closed === null || incident.closed.how === 'by-person') return [];
    const ended = events.filter((e) => e.body.type === 'pass-ended').slice(-2);
    const started = events.findLast((e) => e.body.type === 'pass-started');
    const [first, second] = ended;
    if (first?.body.type !== 'pass-ended' || second?.body.type !== 'pass-ended' || started === undefined) {
      return [`${incident.id} was closed without two passes`];
    }
    const good =
      first.body.outcome.ok && second.body.outcome.ok && first.body.pass === 1 && second.body.pass === 2;
    if (!good) return [`${incident.id} was closed after a pass that failed`];
    return started.atMs - first.atMs < minGapMs
      ? [`${incident.id}: passes ${started.atMs - first.atMs} ms apart`]
      : [];
  });
}

/**
 * In the end the channel says what the stream says: one root an incident, up to date, every reply there, none twice.
 * After a lost tail event numbers are used again, so that only the roots can be compared.
 */
async function slackTellsTheTruth(world: World, incidents: readonly Told[]): Promise<string[]> {
  const problems: string[] = [];
  for (const told of incidents) {
    const { incident } = told;
    const own = world.channel.messages().filter((m) => m.incidentId === incident.id);
    problems.push(...rootProblems(told, own, world.tailWasLost()));
    if (!world.tailWasLost()) problems.push(...replyProblems(told, own));
    const pending = await world.store.outboxOf(incident.id);
    if (pending.length > 0)
      problems.push(`${incident.id} has ${pending.length} messages that were never delivered`);
  }
  return problems;
}

function contextOf(incidentId: string): SlackContext {
  const base = 'https://pathmedic.test';
  return {
    conversationUrl: `${base}/incidents/${incidentId}`,
    writeUpUrl: `${base}/v1/incidents/${incidentId}/report.md`,
    approvers: ['ana'],
  };
}

function rootProblems(
  { incident, events }: Told,
  own: readonly ChannelMessage[],
  tailLost: boolean,
): string[] {
  const roots = own.filter((m) => m.key === 'root');
  const root = roots.at(-1);
  if (root === undefined) return [`${incident.id} has no root message`];
  if (roots.length > 1 && !tailLost) return [`${incident.id} has ${roots.length} root messages`];
  const expected = rootMessage(incident, events, contextOf(incident.id));
  // A store that forgot a root may have posted another one; the one it knows has to be right.
  if (roots.some((r) => JSON.stringify(r.content) === JSON.stringify(expected))) return [];
  return [`the root of ${incident.id} is not up to date: "${root.content.text}", not "${expected.text}"`];
}

function replyProblems({ incident, events }: Told, own: readonly ChannelMessage[]): string[] {
  const context = contextOf(incident.id);
  const keys = own.map((m) => m.key);
  const twice = keys.filter((k, i) => keys.indexOf(k) !== i);
  const expected = announce(events, 0)
    .filter((item) => item.kind === 'reply')
    .flatMap(({ n }) => {
      const event = events[n - 1];
      const message = event === undefined ? null : replyMessage(event, incident.id, events, context);
      return message === null ? [] : [{ n, text: message.text }];
    });
  const caughtUp = own.some(
    (m) => m.key.startsWith('reply-') && !expected.some((e) => e.text === m.content.text),
  );
  const missing = caughtUp ? [] : expected.filter(({ n }) => !keys.includes(`reply-${n}`));
  return [
    ...twice.map((k) => `${incident.id}: ${k} was posted twice`),
    ...missing.map(({ n, text }) => `${incident.id}: reply ${n} was never posted ("${text}")`),
  ];
}
