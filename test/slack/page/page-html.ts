import { createHash } from 'node:crypto';
import type { Channel, Workspace } from '../workspace.ts';
import { html, type Html } from './html.ts';
import { pageScript } from './page-script.ts';
import { pageStyle } from './page-style.ts';

const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Only the page's own script runs, and nothing is loaded from elsewhere. */
export const pageSecurityPolicy = [
  "default-src 'none'",
  `script-src ${hash(pageScript)}`,
  // Avatars carry their colour in a style attribute.
  "style-src 'unsafe-inline'",
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const raw = (text: string): Html => ({ html: text });
/** Built apart from the template: its hash counts every blank. */
const style = raw(`<style>${pageStyle}</style>`);
const script = raw(`<script>${pageScript}</script>`);

/** The whole page for one channel; the timeline comes over the event stream. */
export function pageHtml(workspace: Workspace, channel: Channel): string {
  const channels = workspace.channels().filter(({ hasApp }) => hasApp);
  const others = channels.filter(({ id }) => id !== channel.id);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>#${channel.name} · Slack stand-in</title>
        <link rel="icon" href="data:," />
        ${style}
      </head>
      <body data-channel="${channel.id}">
        <header>
          <h1>${channel.name}</h1>
          ${others.length > 0 && html`<nav>${others.map(({ id, name }) => html`<a href="/?channel=${id}">#${name}</a>`)}</nav>`}
          <span class="about"
            >Local stand-in for Slack: nothing leaves this machine. <span id="link" role="status"></span
          ></span>
          <label
            >You are
            <select id="viewer">
              ${workspace
                .people()
                .map(
                  ({ id, name, teamId }) =>
                    html`<option value="${id}">
                      ${name}${teamId !== workspace.team.id && ' (other organisation)'}
                    </option>`,
                )}
            </select></label
          >
        </header>
        <main id="timeline" aria-live="polite"></main>
        <div class="composer">
          <div class="target" hidden>
            Replying in a thread. <button type="button">Write to the channel instead</button>
          </div>
          <form>
            <textarea
              name="text"
              rows="1"
              aria-label="Message"
              placeholder="Message #${channel.name}"
            ></textarea
            ><button type="submit">Send</button>
          </form>
        </div>
        <dialog>
          <h2></h2>
          <p></p>
          <form method="dialog"><button value="no"></button><button value="yes"></button></form>
        </dialog>
        <div id="toast" role="alert"></div>
        ${script}
      </body>
    </html>`.html;
}
