import { slackFallbackText } from '../messages/slack-text.ts';
import type { Reply } from '../ports/conversation.ts';
import { converse } from './converse.ts';
import { type HandleSlackDeps, strangerSentence } from './handle-click.ts';

const maxRemembered = 2000;

/**
 * Takes what a known person writes in an incident's thread into the conversation, commands included. What others write is
 * not recorded, as nobody can be named for it; they are told so once a thread.
 */
export function createReplyHandler(deps: HandleSlackDeps): (reply: Reply) => Promise<void> {
  const told = new Set<string>();
  return async (reply) => {
    const { channel, threadTs, user, team, text } = reply;
    const incidentId = await deps.store.findByMessage({ channel, ts: threadTs });
    if (incidentId === null) return;
    const whisper = (sentence: string): Promise<void> =>
      deps.conversation.whisper({ channel, user, threadTs }, slackFallbackText(sentence, 1000));
    const principal = deps.people.bySlack({ team, user });
    if (principal === null) {
      const once = `${team} ${user} ${threadTs}`;
      if (told.has(once)) return;
      if (told.size >= maxRemembered) told.clear();
      told.add(once);
      await whisper(`What you write here is not kept with the incident. ${strangerSentence(deps, reply)}`);
      return;
    }
    const result = await converse(deps, { incidentId, principal, via: 'slack', text }).catch(
      (error: unknown) => {
        deps.log.error({ err: error, incidentId }, 'a message from Slack could not be recorded');
        return {
          ok: false as const,
          sentence: 'Your message could not be recorded just now. Send it again in a moment.',
        };
      },
    );
    if (!result.ok) await whisper(result.sentence);
  };
}
