import type { IncidentListItem, IncidentView } from '@pathmedic/shared/contract/console.ts';
import { answerOf, type Answer } from './incident-seen.ts';
import type { Product } from './product.ts';
import { openCard, threadOf } from './slack-thread.ts';
import { Hopeless, waitFor } from './waiting.ts';

/** Incidents since a moment; those that were open then are not counted. */
export interface Watch {
  product: Product;
  sinceMs: number;
  known: ReadonlySet<string>;
  signal: AbortSignal;
}

export async function watchFromNow(product: Product, signal: AbortSignal): Promise<Watch> {
  const known = new Set((await product.incidents()).open.map((i) => i.id));
  return { product, sinceMs: Date.now(), known, signal };
}

/** Everything that was opened, or re-opened, since; also what is closed by now. */
export async function incidentsSince({ product, known, sinceMs }: Watch): Promise<IncidentListItem[]> {
  const { open, closed } = await product.incidents();
  return [
    ...open.filter((i) => !known.has(i.id)),
    ...closed.filter((i) => !known.has(i.id) && i.updatedAtMs >= sinceMs && (i.closedAtMs ?? 0) >= sinceMs),
  ];
}

/** The first incident since that `matches`. */
export async function untilOpened(
  watch: Watch,
  withinS: number,
  matches: (incident: IncidentListItem) => boolean = () => true,
): Promise<IncidentListItem> {
  return waitFor(
    'an incident',
    withinS * 1000,
    async () => (await incidentsSince(watch)).find(matches),
    watch,
  );
}

/** Until a card is open, or people are asked. */
export async function untilAnswered(
  { product, signal }: Watch,
  id: string,
  withinS: number,
): Promise<{ answer: Answer; view: IncidentView }> {
  return waitFor(
    'a card, or somebody asked',
    withinS * 1000,
    async () => {
      const view = await product.incident(id);
      if (view.page.closedAtMs !== null) throw new Hopeless('it was closed before anything was proposed');
      const answer = answerOf(view.page);
      if (answer === null) throw new Error(`it is ${view.page.state.words}`);
      return { answer, view };
    },
    { signal },
  );
}

/** The approver clicks Approve below the incident's message. */
export async function approveInSlack({ product, signal }: Watch, id: string): Promise<void> {
  const card = await waitFor(
    'the card in Slack',
    60_000,
    async () => {
      const thread = threadOf(await product.channel(), id);
      return thread === null ? null : openCard(thread);
    },
    { signal },
  );
  await product.click('ana', card.ts, 'approve');
}

/** Until it is closed. `asked: 'hopeless'`: it must close without people being asked. */
export async function untilClosed(
  { product, signal }: Watch,
  id: string,
  withinS: number,
  asked: 'hopeless' | 'fine',
): Promise<IncidentView> {
  return waitFor(
    'the close-out',
    withinS * 1000,
    async () => {
      const view = await product.incident(id);
      if (view.page.closedAtMs !== null) return view;
      const answer = answerOf(view.page);
      if (asked === 'hopeless' && answer !== null && answer.by !== 'plan')
        throw new Hopeless(
          `people are asked instead of closing it: ${answer.by === 'help' ? answer.reason : answer.title}`,
        );
      throw new Error(`it is ${view.page.state.words}`);
    },
    { signal },
  );
}
