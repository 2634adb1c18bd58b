import type { ChannelLog } from '../channel-log.ts';
import type { EphemeralMessage, Message } from '../message.ts';
import { permalinkPath } from '../web-api/chat-methods.ts';
import type { Workspace } from '../workspace.ts';
import { blockHtml } from './block-html.ts';
import { type Html, html } from './html.ts';
import { mrkdwnHtml, type Names } from './mrkdwn-html.ts';

interface TimelineSource {
  readonly workspace: Workspace;
  readonly log: ChannelLog;
}

function namesOf(workspace: Workspace): Names {
  return {
    person: (id) =>
      id === workspace.app.botUserId ? workspace.app.name : (workspace.person(id)?.name ?? id),
    channel: (id) => workspace.channelById(id)?.name ?? id,
  };
}

function timeHtml(atMs: number): Html {
  const iso = new Date(atMs).toISOString();
  return html`<time datetime="${iso}" title="${iso}">${iso.slice(11, 19)} UTC</time>`;
}

/** A colour that stays with a name. */
function hueOf(name: string): number {
  return Buffer.from(name).reduce((sum, byte) => (sum * 31 + byte) % 360, 7);
}

function avatarHtml(name: string, kind: 'app' | 'person'): Html {
  if (kind === 'app') {
    return html`<span class="avatar app" aria-hidden="true"
      ><svg viewBox="0 0 24 24"><path d="M2 13h5l2.5-7 4 12 2.5-7 1.5 2H22" /></svg
    ></span>`;
  }
  return html`<span class="avatar" style="--hue:${hueOf(name)}" aria-hidden="true"
    >${name.charAt(0).toUpperCase()}</span
  >`;
}

function bodyHtml(message: Message | EphemeralMessage, names: Names): Html {
  if (message.blocks.length === 0) return html`<div class="text">${mrkdwnHtml(message.text, names)}</div>`;
  return html`${message.blocks.map((block) => blockHtml(block, message.ts, names))}`;
}

function editedHtml(message: Message): Html {
  if (!message.edit) return html``;
  const at = new Date(message.atMs).toISOString().slice(11, 19);
  // Slack itself marks only edits of the text; the time helps whoever watches a root message change.
  const label = message.edit.marked ? `(edited ${at})` : `updated ${at}`;
  return html`<span class="edited">${label}</span>`;
}

function messageHtml(message: Message, names: Names): Html {
  const name = names.person(message.author.userId);
  const anchor = `p${message.ts.replace('.', '')}`;
  return html`<article class="message" id="${anchor}" data-ts="${message.ts}">
    ${avatarHtml(name, message.author.kind)}
    <div class="content">
      <div class="byline">
        <b>${name}</b>${message.author.kind === 'app' && html`<span class="badge">APP</span>`}
        <a class="permalink" href="${permalinkPath(message)}">${timeHtml(Number(message.ts) * 1000)}</a>
        ${editedHtml(message)}
      </div>
      ${bodyHtml(message, names)}
    </div>
  </article>`;
}

function ephemeralHtml(message: EphemeralMessage, workspace: Workspace, names: Names): Html {
  return html`<article class="message ephemeral">
    ${avatarHtml(workspace.app.name, 'app')}
    <div class="content">
      <div class="only-you">Only visible to ${names.person(message.userId)}</div>
      <div class="byline">
        <b>${workspace.app.name}</b><span class="badge">APP</span
        ><span class="permalink">${timeHtml(message.atMs)}</span>
      </div>
      ${bodyHtml(message, names)}
    </div>
  </article>`;
}

/** The messages of a channel as one person sees them: roots with their threads, and what only they may see. */
export function timelineHtml({ workspace, log }: TimelineSource, channelId: string, viewerId: string): Html {
  const names = namesOf(workspace);
  const mine = log.ephemerals(viewerId).filter((message) => message.channelId === channelId);
  const shown = (message: Message | EphemeralMessage): Html =>
    'author' in message ? messageHtml(message, names) : ephemeralHtml(message, workspace, names);
  const byTs = (a: { ts: string }, b: { ts: string }): number => Number(a.ts) - Number(b.ts);

  const roots = log.all(channelId).filter(({ threadTs }) => threadTs === undefined);
  const loose = mine.filter(({ threadTs }) => threadTs === undefined);
  const entries = [...roots, ...loose].toSorted(byTs);
  if (entries.length === 0) return html`<p class="empty">Nothing has been posted here yet.</p>`;
  return html`${entries.map((entry) => {
    if (!('author' in entry)) return shown(entry);
    const replies = log.thread(channelId, entry.ts).slice(1);
    const inThread = [...replies, ...mine.filter(({ threadTs }) => threadTs === entry.ts)].toSorted(byTs);
    const count = replies.length === 1 ? '1 reply' : `${replies.length} replies`;
    return html`<section class="conversation">
      ${shown(entry)}
      <div class="thread">
        ${inThread.length > 0 && html`<div class="count">${count}</div>`} ${inThread.map(shown)}
        <button class="reply" type="button" data-thread="${entry.ts}">Reply in thread</button>
      </div>
    </section>`;
  })}`;
}
