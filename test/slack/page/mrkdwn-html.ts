import { emoji } from './emoji.ts';
import { type Html, html } from './html.ts';
import { textRunHtml } from './text-run-html.ts';

/** Turns ids into the names people see. */
export interface Names {
  person(id: string): string;
  channel(id: string): string;
}

/** A link, if the address is one a browser may follow; else its text. */
export function linkHtml(url: string, label: string): Html {
  if (!/^(https?:\/\/|mailto:)/.test(url)) return html`${label}`;
  return html`<a href="${url}" target="_blank" rel="noreferrer noopener">${label}</a>`;
}

export function mentionHtml(label: string): Html {
  return html`<span class="mention">${label}</span>`;
}

function decoded(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

function controlHtml(inner: string, names: Names): Html {
  const bar = inner.indexOf('|');
  const target = bar < 0 ? inner : inner.slice(0, bar);
  const label = bar < 0 ? undefined : decoded(inner.slice(bar + 1));
  if (target.startsWith('@')) return mentionHtml(`@${names.person(target.slice(1))}`);
  if (target.startsWith('#')) return mentionHtml(`#${label ?? names.channel(target.slice(1))}`);
  if (target.startsWith('!date^')) return html`${label ?? target}`;
  if (target.startsWith('!')) return mentionHtml(`@${label ?? target.slice(1)}`);
  return linkHtml(decoded(target), label ?? decoded(target));
}

const token = new RegExp(
  [
    '`(?<code>[^`\\n]+)`',
    '<(?<control>[^<>\\n]+)>',
    '(?<![\\w*])\\*(?<bold>\\S(?:[^*\\n]*\\S)?)\\*(?![\\w*])',
    '(?<![\\w_])_(?<italic>\\S(?:[^_\\n]*\\S)?)_(?![\\w_])',
    '(?<![\\w~])~(?<strike>\\S(?:[^~\\n]*\\S)?)~(?![\\w~])',
    ':(?<emoji>[a-z0-9_+-]+):',
  ].join('|'),
  'g',
);

function tokenHtml(groups: Readonly<Record<string, string | undefined>>, names: Names): Html {
  const { code, control, bold, italic, strike, emoji: name } = groups;
  if (code !== undefined) return html`<code>${decoded(code)}</code>`;
  if (control !== undefined) return controlHtml(control, names);
  if (bold !== undefined) return html`<b>${inlineHtml(bold, names)}</b>`;
  if (italic !== undefined) return html`<i>${inlineHtml(italic, names)}</i>`;
  if (strike !== undefined) return html`<s>${inlineHtml(strike, names)}</s>`;
  return textRunHtml(emoji(name ?? ''));
}

function inlineHtml(text: string, names: Names): Html[] {
  const parts: Html[] = [];
  let end = 0;
  for (const match of text.matchAll(token)) {
    parts.push(textRunHtml(decoded(text.slice(end, match.index))), tokenHtml(match.groups ?? {}, names));
    end = match.index + match[0].length;
  }
  return [...parts, textRunHtml(decoded(text.slice(end)))];
}

const quoteMark = /^(?:>|&gt;) ?/;

function linesHtml(text: string, names: Names): Html[] {
  const parts: Html[] = [];
  let quoted: Html[] = [];
  let needsBreak = false;
  const endQuote = (): void => {
    if (quoted.length > 0) parts.push(html`<blockquote>${quoted}</blockquote>`);
    quoted = [];
  };
  for (const line of text.split('\n')) {
    if (quoteMark.test(line)) {
      const inner = inlineHtml(line.replace(quoteMark, ''), names);
      quoted.push(quoted.length > 0 ? html`<br />${inner}` : html`${inner}`);
      needsBreak = false;
      continue;
    }
    endQuote();
    parts.push(needsBreak ? html`<br />${inlineHtml(line, names)}` : html`${inlineHtml(line, names)}`);
    needsBreak = true;
  }
  endQuote();
  return parts;
}

/** Slack's mrkdwn as markup: bold, italic, strike, code, quotes, links, mentions, emoji. */
export function mrkdwnHtml(text: string, names: Names): Html {
  const parts = text.split(/```\n?([\s\S]+?)\n?```\n?/);
  return html`${parts.map((part, index) => {
    if (index % 2 === 1) return html`<pre>${decoded(part)}</pre>`;
    return part === '' ? html`` : linesHtml(part, names);
  })}`;
}
