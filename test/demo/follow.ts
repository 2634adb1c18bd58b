import type { IncidentView } from '@pathmedic/shared/contract/console.ts';
import { buttonsOf } from '../slack/block-kit/accept-blocks.ts';
import { judgeStory, type WhatHappened } from './judge-story.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import type { Expectation, Scenario } from './scenarios/scenario.ts';
import type { Stage } from './stage.ts';
import type { Story } from './story.ts';
import { messageLines } from './slack-message-text.ts';
import { tellSlack } from './tell-slack.ts';
import { GaveUp, waitFor } from './waiting.ts';

export interface FollowOptions {
  approval: 'by-itself' | 'person';
  print: (text: string) => void;
  signal: AbortSignal;
}

const detectWithinMs = 240_000;
const cardWithinMs = 60_000;
const endWithinMs = 240_000;
/** A person has as long as the card is open. */
const personWithinMs = 16 * 60_000;
const quietWithinMs = 30_000;

/** Makes it go wrong, follows the incident as a person would, answers the card, and says how it went. */
export async function followScenario(
  stage: Stage,
  scenario: Scenario,
  options: FollowOptions,
): Promise<Story> {
  const recorder = createRecorder(options.print);
  const timers: NodeJS.Timeout[] = [];
  const seen: WhatHappened = {
    faultAtMs: Date.now(),
    view: null,
    others: [],
    changes: [],
    network: null,
    troubles: [],
    failure: null,
  };
  tellStage(stage, recorder);
  const stopTelling = tellSlack(stage.slack, recorder);
  try {
    stage.cluster.server.clearAudit();
    seen.faultAtMs = Date.now();
    recorder.faultAt(seen.faultAtMs);
    await scenario.inject({
      cluster: stage.cluster,
      sam: stage.cluster.person('sam'),
      tell: (...lines) => recorder.tell('fault', lines),
      later: (delayMs, run) => void timers.push(setTimeout(run, delayMs)),
    });
    await follow(stage, scenario.expects, options, recorder, seen);
  } catch (error) {
    options.signal.throwIfAborted();
    seen.failure = error instanceof Error ? error.message : String(error);
  } finally {
    for (const timer of timers) clearTimeout(timer);
    stopTelling();
    recorder.close();
  }
  seen.changes = changesOf(stage);
  seen.troubles = stage.troubles;
  const verdict = judgeStory(scenario.expects, seen);
  return {
    scenario: scenario.name,
    description: scenario.description,
    faultAt: new Date(seen.faultAtMs).toISOString(),
    ...verdict,
    entries: recorder.entries(),
  };
}

function tellStage(stage: Stage, recorder: Recorder): void {
  const { cluster } = stage;
  recorder.tell('demo', [
    `${cluster.nodeNames.length} nodes, all agents report, all paths answer`,
    `Console  ${stage.consoleUrl}/  (to log in: ${stage.loginToken})`,
    `Slack    ${stage.channelUrl}`,
  ]);
}

async function follow(
  stage: Stage,
  expects: Expectation,
  options: FollowOptions,
  recorder: Recorder,
  seen: WhatHappened,
): Promise<void> {
  const { product } = stage;
  const { signal } = options;
  const listed = await waitFor(
    'an incident',
    detectWithinMs,
    async () => (await product.incidents()).open.at(-1) ?? null,
    signal,
  );
  const look = async (): Promise<IncidentView> => {
    const view = await product.incident(listed.id);
    tellNew(view, seen.view, recorder);
    seen.view = view;
    const { open, closed } = await product.incidents();
    seen.others = [...open, ...closed].filter(({ id }) => id !== listed.id).map(({ title }) => title);
    return view;
  };
  switch (expects.end) {
    case 'fixed':
      await waitFor('a card', cardWithinMs, async () => hasCard(await look()), signal);
      await answerCard(stage, options, recorder, look);
      await untilClosed(look, 'refused', signal);
      break;
    case 'healed':
      // Nobody knows yet that it will go away by itself.
      await untilClosed(look, 'allowed', signal);
      break;
    case 'escalated': {
      const [option = listed.title] = await waitFor(
        'an escalation',
        cardWithinMs,
        async () => (await look()).page.escalation?.options ?? null,
        signal,
      );
      await slackMentions(stage, option.slice(0, 30), signal);
      return;
    }
  }
  seen.network = await waitFor(
    'all paths to answer again',
    quietWithinMs,
    async () => {
      const { network } = await product.overview();
      seen.network = network;
      return network !== null && network.pathsFailing === 0 && network.silentAgents === 0 ? network : null;
    },
    signal,
  ).catch(() => seen.network);
  // The close-out is told in Slack a moment later.
  await slackMentions(stage, '✅', signal);
}

async function untilClosed(
  look: () => Promise<IncidentView>,
  help: 'allowed' | 'refused',
  signal: AbortSignal,
): Promise<void> {
  await waitFor(
    'the close-out',
    endWithinMs,
    async () => {
      const { page } = await look();
      if (help === 'refused' && page.help !== null && page.closedAtMs === null)
        throw new GaveUp(`it asks for help: ${page.help.reason}`);
      return page.closedAtMs === null ? null : true;
    },
    signal,
  );
}

function hasCard({ page }: IncidentView): true {
  if (page.help !== null) throw new GaveUp(`it asks for help instead: ${page.help.reason}`);
  if (page.escalation !== null) throw new GaveUp(`it escalates instead: ${page.escalation.title}`);
  if (page.plan === null) throw new Error(`the incident is "${page.state.words}"`);
  return true;
}

/** The card in Slack that can be answered now. */
function openCard(stage: Stage): string | null {
  const message = stage.slack
    .messages()
    .findLast(({ blocks }) => blocks.flatMap(buttonsOf).some((button) => button.action_id === 'approve'));
  return message?.ts ?? null;
}

async function answerCard(
  stage: Stage,
  options: FollowOptions,
  recorder: Recorder,
  look: () => Promise<IncidentView>,
): Promise<void> {
  if (options.approval === 'by-itself') {
    const ts = await waitFor(
      'the card in Slack',
      cardWithinMs,
      async () => {
        await look();
        return openCard(stage);
      },
      options.signal,
    );
    recorder.tell('person', ['ana clicks Approve in Slack']);
    await stage.slack.click('ana', ts, 'approve');
  } else {
    recorder.tell('demo', [
      'Now it is your turn: approve (or reject) it, in Slack or in the console',
      `Slack    ${stage.channelUrl}`,
      `Console  ${stage.consoleUrl}/incidents/${(await look()).page.id}  (to log in: ${stage.loginToken})`,
    ]);
  }
  const withinMs = options.approval === 'by-itself' ? cardWithinMs : personWithinMs;
  await waitFor(
    'a decision',
    withinMs,
    async () => {
      const { page } = await look();
      if (page.plan?.status.at === 'rejected' || page.plan?.status.at === 'expired')
        throw new GaveUp(`the card is ${page.plan.status.at}`);
      return page.plan?.status.at === 'approved' || page.closedAtMs !== null ? true : null;
    },
    options.signal,
  );
}

async function slackMentions(stage: Stage, what: string, signal: AbortSignal): Promise<void> {
  await waitFor(
    'Slack to say so too',
    20_000,
    async () =>
      stage.slack.messages().some((message) => messageLines(message).join('\n').includes(what)) ? true : null,
    signal,
  );
}

/** What the API server saw of pathmedic, Leases (leadership, claims) left out. */
function changesOf(stage: Stage): string[] {
  return stage.cluster.server
    .mutations()
    .filter(
      ({ user, resource }) => user.startsWith('system:serviceaccount:pathmedic:') && resource !== 'leases',
    )
    .map(({ verb, resource, namespace, name }) => `${verb} ${resource} ${namespace}/${name}`);
}

/** Said in the Slack thread with all that belongs to it, or followed by its own outcome within the second. */
const toldElsewhere = new Set(['triaged', 'drafted', 'execution-requested', 'step-intended']);

function tellNew(view: IncidentView, before: IncidentView | null, recorder: Recorder): void {
  const known = before?.timeline.at(-1)?.n ?? 0;
  for (const { n, kind, headline, atMs } of view.timeline) {
    if (n <= known || toldElsewhere.has(kind)) continue;
    recorder.tell('pathmedic', [kind === 'opened' ? `Incident opened: ${headline}` : headline], atMs);
  }
}
