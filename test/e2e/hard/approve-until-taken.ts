import type { Watch } from '../follow-incident.ts';
import { openCard, threadOf } from '../slack-thread.ts';
import { waitFor } from '../waiting.ts';

const clickAgainMs = 15_000;

/** As a person does: clicks, and clicks again when the card is still open a while later. */
export async function approveUntilTaken({ product, signal }: Watch, id: string): Promise<void> {
  let clickedAtMs = 0;
  await waitFor(
    'the approval to be taken',
    120_000,
    async () => {
      const { page } = await product.incident(id);
      if (page.closedAtMs !== null || page.plan?.status.at === 'approved') return true;
      if (Date.now() - clickedAtMs < clickAgainMs) return false;
      const thread = threadOf(await product.channel(), id);
      const card = thread === null ? null : openCard(thread);
      if (card === null) return false;
      clickedAtMs = Date.now();
      await product.click('ana', card.ts, 'approve');
      return false;
    },
    { signal },
  );
}
