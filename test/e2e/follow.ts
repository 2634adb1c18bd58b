import type { IncidentPage, IncidentView } from '@pathmedic/shared/contract/console.ts';
import { ownMutations, type OwnMutation } from './audit-log.ts';
import type { Lab } from './cluster.ts';
import type { Product } from './product.ts';
import type { Scenario } from './scenarios.ts';
import { waitFor } from './waiting.ts';

/** Times of one run, seconds after the fault was complete. */
export interface Story {
  scenario: string;
  ok: boolean;
  problems: string[];
  incidentId: string | null;
  title: string;
  cause: string;
  plan: string;
  detectedS: number | null;
  namedS: number | null;
  cardS: number | null;
  fixedS: number | null;
  closedS: number | null;
  mutations: string[];
}

/** A run of which nothing has been seen yet. */
export function untoldStory(scenario: string): Story {
  return {
    scenario,
    ok: false,
    problems: [],
    incidentId: null,
    title: '',
    cause: '',
    plan: '',
    detectedS: null,
    namedS: null,
    cardS: null,
    fixedS: null,
    closedS: null,
    mutations: [],
  };
}

const second = 1000;
const minPassGapMs = 30_000;

/** Injects a fault, follows the incident as a person would, approves in Slack, and checks the end. */
export async function followScenario(
  lab: Lab,
  product: Product,
  scenario: Scenario,
  nodes: { node: string; peer: string },
  say: (line: string) => void,
): Promise<Story> {
  const story = untoldStory(scenario.name);
  const known = new Set((await product.incidents()).open.map((i) => i.id));
  const startedMs = Date.now();
  try {
    say(`${scenario.name}: injecting on ${nodes.node} (peer ${nodes.peer})`);
    await lab.inject(scenario.fault, nodes.node, nodes.peer);
    const before = await lab.measure(scenario.fault, nodes.node, nodes.peer);
    if (before.healthy)
      throw new Error(`the fault does not show by the lab's own measurement:\n${before.output}`);
    await follow(lab, product, scenario, story, known, startedMs, say);
    const after = await lab.measure(scenario.fault, nodes.node, nodes.peer);
    if (!after.healthy) story.problems.push(`the lab is not healthy afterwards:\n${after.output}`);
    story.mutations = await strayMutations(lab, scenario, startedMs, story);
  } catch (error) {
    story.problems.push(error instanceof Error ? error.message : String(error));
  } finally {
    await lab.heal(scenario.fault, nodes.node, nodes.peer);
  }
  story.ok = story.problems.length === 0;
  return story;
}

async function follow(
  lab: Lab,
  product: Product,
  scenario: Scenario,
  story: Story,
  known: ReadonlySet<string>,
  startedMs: number,
  say: (line: string) => void,
): Promise<void> {
  const since = (atMs: number): number => Math.round((atMs - startedMs) / 100) / 10;
  const listed = await waitFor('an incident', scenario.detectWithinS * second, async () =>
    (await product.incidents()).open.find((i) => !known.has(i.id)),
  );
  story.incidentId = listed.id;
  story.title = listed.title;
  story.detectedS = since(listed.openedAtMs);
  say(`${scenario.name}: +${story.detectedS} s incident "${listed.title}"`);

  const carded = await waitFor('an open card', scenario.cardWithinS * second, async () => {
    const { page, timeline } = await product.incident(listed.id);
    if (page.help !== null) throw new Error(`it asks for help instead: ${page.help.reason}`);
    return page.plan?.status.at === 'open' ? { page, timeline } : null;
  });
  story.cause = carded.page.causes[0]?.id ?? 'none';
  story.plan = carded.page.plan?.title ?? '';
  story.namedS = sinceEvent(carded, 'diagnosed', since);
  story.cardS = sinceEvent(carded, 'proposed', since);
  say(`${scenario.name}: +${story.namedS} s cause ${story.cause}; +${story.cardS} s card "${story.plan}"`);
  if (story.cause !== scenario.cause)
    story.problems.push(`first cause is ${story.cause}, not ${scenario.cause}`);

  const card = await waitFor('the card in Slack', 60 * second, async () =>
    (await product.channel()).find(
      (m) => JSON.stringify(m.blocks).includes('"approve"') && m.threadTs !== undefined,
    ),
  );
  await product.click('ana', card.ts, 'approve');
  say(`${scenario.name}: approved by ana in Slack`);

  const closed = await waitFor('the close-out', 360 * second, async () => {
    const view = await product.incident(listed.id);
    if (view.page.help !== null) throw new Stuck(`it asks for help: ${view.page.help.reason}`);
    return view.page.closedAtMs === null ? null : view;
  });
  story.fixedS = sinceEvent(closed, 'execution-ended', since);
  story.closedS = since(closed.page.closedAtMs ?? Number.NaN);
  story.problems.push(...passProblems(closed), ...(await incidentProblems(product, known, listed.id)));
  say(`${scenario.name}: +${story.fixedS} s fixed, +${story.closedS} s closed`);
}

class Stuck extends Error {}

function sinceEvent(view: IncidentView, kind: string, since: (atMs: number) => number): number | null {
  const entry = view.timeline.findLast((e) => e.kind === kind);
  return entry === undefined ? null : since(entry.atMs);
}

function passProblems({
  page,
  timeline,
}: {
  page: IncidentPage;
  timeline: IncidentView['timeline'];
}): string[] {
  const ends = timeline.filter((e) => e.kind === 'pass-ended').slice(-2);
  const starts = timeline.filter((e) => e.kind === 'pass-started').slice(-2);
  const [firstEnd] = ends;
  const secondStart = starts[1];
  if (ends.length < 2 || firstEnd === undefined || secondStart === undefined)
    return ['it was closed without two passes'];
  const gapMs = secondStart.atMs - firstEnd.atMs;
  return [
    ...(gapMs < minPassGapMs ? [`the passes are only ${gapMs} ms apart`] : []),
    ...(page.passes.some((p) => p.at !== 'passed') ? ['a pass is not recorded as passed'] : []),
  ];
}

/** One underlying fault opens one incident. */
async function incidentProblems(
  product: Product,
  known: ReadonlySet<string>,
  own: string,
): Promise<string[]> {
  const { open } = await product.incidents();
  const others = open.filter((i) => !known.has(i.id) && i.id !== own);
  return others.map((i) => `a second incident was opened: "${i.title}"`);
}

/** Every change of our identities must belong to the plan; returns what was changed, in words. */
async function strayMutations(
  lab: Lab,
  scenario: Scenario,
  startedMs: number,
  story: Story,
): Promise<string[]> {
  const made = (await ownMutations(lab, ['pathmedic', 'app'], startedMs)).map(inWords);
  for (const mutation of made) {
    if (!scenario.allowed.some((pattern) => pattern.test(mutation)))
      story.problems.push(`a change outside of the plan: ${mutation}`);
  }
  if (made.length === 0) story.problems.push('the audit log holds no change at all');
  return made;
}

function inWords(m: OwnMutation): string {
  return `${m.verb} ${m.resource} ${m.namespace}/${m.name}`;
}
