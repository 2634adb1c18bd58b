import type { SlackStandIn } from '../slack/stand-in.ts';
import type { Recorder } from './recorder.ts';
import { messageLines, newLines } from './slack-message-text.ts';

/** Tells every message of the channel as it is posted, and what an edit adds. Returns what stops it. */
export function tellSlack(slack: SlackStandIn, recorder: Recorder): () => void {
  const told = new Map<string, number>();
  const look = (): void => {
    for (const message of slack.messages()) {
      const before = told.get(message.ts) ?? 0;
      told.set(message.ts, message.revisions.length);
      message.revisions.slice(before).forEach((revision, i) => {
        const earlier = message.revisions[before + i - 1];
        const all = messageLines(revision);
        const lines = earlier === undefined ? all : newLines(messageLines(earlier), all);
        if (lines.length === 0) return;
        const place = message.threadTs === undefined ? `#${slack.channel.name}` : 'thread';
        const who = message.author.kind === 'app' ? 'pathmedic' : nameOf(slack, message.author.userId);
        const how = earlier === undefined ? '' : ', edited';
        recorder.tell('slack', [`${place}, ${who}${how}`, ...lines], revision.atMs);
      });
    }
  };
  const timer = setInterval(look, 200);
  return () => {
    clearInterval(timer);
    look();
  };
}

function nameOf(slack: SlackStandIn, userId: string): string {
  return slack.workspace.people().find(({ id }) => id === userId)?.name ?? userId;
}
