import { visibleText } from './visible-text.ts';

/** Text of anybody as one line that Slack shows as it is: hidden characters written out, broken surrogates replaced. */
export function slackLine(text: string, maxLength = 300): string {
  return cut(visibleText(text.toWellFormed()).replaceAll(/\s+/gu, ' ').trim(), maxLength);
}

/** The same for text whose lines matter (diffs, commands): tabs and line ends stay. */
export function slackLines(text: string): string {
  return visibleText(text.toWellFormed());
}

/** At most `maxLength` UTF-16 units (what Slack counts), ending in `…` where something was left out; no half characters. */
export function cut(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const kept = text.slice(0, Math.max(0, maxLength - 1)).trimEnd();
  const whole = /[\uD800-\uDBFF]$/.test(kept) ? kept.slice(0, -1) : kept;
  return `${whole}…`;
}

/**
 * For the `text` of a message, which is the only part that Slack parses: without `<` and `>` there are no mentions, links
 * or commands. See https://docs.slack.dev/messaging/formatting-message-text ("Escaping text")
 */
export function slackFallbackText(text: string, maxLength = 600): string {
  return slackLine(text, maxLength).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
