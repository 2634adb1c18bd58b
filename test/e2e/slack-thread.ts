import type { SlackMessages } from './product.ts';

type SlackMessage = SlackMessages[number];

/** The message of an incident in the channel, and what stands below it. */
export interface SlackThread {
  root: SlackMessage;
  replies: SlackMessage[];
}

/** By the link to the conversation that every root message carries; null before it was told. Pure. */
export function threadOf(channel: SlackMessages, incidentId: string): SlackThread | null {
  const roots = channel.filter(
    (m) => m.threadTs === undefined && JSON.stringify(m.blocks).includes(`/incidents/${incidentId}`),
  );
  const root = roots.at(-1);
  if (root === undefined) return null;
  return { root, replies: channel.filter((m) => m.threadTs === root.ts) };
}

/** The card that can be approved now; null when there is none. Pure. */
export function openCard(thread: SlackThread): SlackMessage | null {
  return thread.replies.findLast((m) => JSON.stringify(m.blocks).includes('"approve"')) ?? null;
}

/** What a person who reads only Slack would miss of a closed incident. Pure. */
export function slackProblems(channel: SlackMessages, incidentId: string): string[] {
  const roots = channel.filter(
    (m) => m.threadTs === undefined && JSON.stringify(m.blocks).includes(`/incidents/${incidentId}`),
  );
  const thread = threadOf(channel, incidentId);
  if (thread === null) return ['Slack was never told of the incident'];
  return [
    ...(roots.length > 1 ? [`Slack has ${roots.length} root messages of one incident`] : []),
    ...(JSON.stringify(thread.root.blocks).includes('✅')
      ? []
      : [`Slack's message does not say that it is closed: ${thread.root.text}`]),
    ...(openCard(thread) === null ? [] : ['Slack still shows a card that could be approved']),
    ...(thread.replies.length === 0 ? ['nothing stands in the thread'] : []),
  ];
}
