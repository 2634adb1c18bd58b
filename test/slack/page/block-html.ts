import type { Block } from '../block-kit/block.ts';
import type { Button, ImageElement } from '../block-kit/element.ts';
import type { RichTextElement, RichTextInline } from '../block-kit/rich-text.ts';
import type { TextObject } from '../block-kit/text-object.ts';
import { emoji, withEmoji } from './emoji.ts';
import { type Html, html } from './html.ts';
import { textRunHtml } from './text-run-html.ts';
import { linkHtml, mentionHtml, mrkdwnHtml, type Names } from './mrkdwn-html.ts';

function textHtml(text: TextObject, names: Names): Html {
  if (text.type === 'mrkdwn') return mrkdwnHtml(text.text, names);
  return textRunHtml(text.emoji === false ? text.text : withEmoji(text.text));
}

/** Remote images are not loaded: the page uses nothing from outside. */
function imageHtml({ alt_text: alt }: Pick<ImageElement, 'alt_text'>): Html {
  return html`<span class="image" role="img" aria-label="${alt}">${alt}</span>`;
}

/** A button. The page's script reads the `data-` attributes. */
function buttonHtml(button: Button, block: Block, ts: string): Html {
  const label = textRunHtml(withEmoji(button.text.text));
  const data = html`data-ts="${ts}" data-block="${block.block_id}" data-action="${button.action_id}"
  data-confirm="${button.confirm && JSON.stringify(button.confirm)}"`;
  const kind = button.style ?? 'plain';
  if (button.url !== undefined) {
    return html`<a
      class="button ${kind}"
      href="${button.url}"
      target="_blank"
      rel="noreferrer noopener"
      ${data}
      >${label}</a
    >`;
  }
  return html`<button class="button ${kind}" type="button" ${data}>${label}</button>`;
}

function inlineHtml(element: RichTextInline, names: Names): Html {
  const plain = ((): Html => {
    switch (element.type) {
      case 'text':
        return textRunHtml(element.text);
      case 'link':
        return linkHtml(element.url, element.text ?? element.url);
      case 'emoji':
        return textRunHtml(emoji(element.name));
      case 'date':
        return html`${element.fallback ?? new Date(element.timestamp * 1000).toISOString()}`;
      case 'user':
        return mentionHtml(`@${names.person(element.user_id)}`);
      case 'channel':
        return mentionHtml(`#${names.channel(element.channel_id)}`);
      case 'usergroup':
        return mentionHtml(`@${element.usergroup_id}`);
      case 'broadcast':
        return mentionHtml(`@${element.range}`);
      default:
        return element satisfies never;
    }
  })();
  const style = element.style ?? {};
  let styled = plain;
  if (style.code) styled = html`<code>${styled}</code>`;
  if (style.bold) styled = html`<b>${styled}</b>`;
  if (style.italic) styled = html`<i>${styled}</i>`;
  if (style.strike) styled = html`<s>${styled}</s>`;
  if (style.underline) styled = html`<u>${styled}</u>`;
  return styled;
}

function richTextHtml(element: RichTextElement, names: Names): Html {
  switch (element.type) {
    case 'rich_text_section':
      return html`<p>${element.elements.map((inline) => inlineHtml(inline, names))}</p>`;
    case 'rich_text_quote':
      return html`<blockquote>${element.elements.map((inline) => inlineHtml(inline, names))}</blockquote>`;
    case 'rich_text_preformatted':
      return html`<pre>
${element.elements.map((part) => (part.type === 'text' ? part.text : linkHtml(part.url, part.text ?? part.url)))}</pre>`;
    case 'rich_text_list': {
      const items = element.elements.map(
        (item) => html`<li>${item.elements.map((inline) => inlineHtml(inline, names))}</li>`,
      );
      const indent = html`class="indent-${element.indent ?? 0}"`;
      return element.style === 'ordered'
        ? html`<ol ${indent}>
            ${items}
          </ol>`
        : html`<ul ${indent}>
            ${items}
          </ul>`;
    }
    default:
      return element satisfies never;
  }
}

/** A block as Slack lays it out. `ts` is the message its buttons belong to. */
export function blockHtml(block: Block, ts: string, names: Names): Html {
  switch (block.type) {
    case 'header':
      return html`<h3 class="header">${textHtml(block.text, names)}</h3>`;
    case 'divider':
      return html`<hr />`;
    case 'section': {
      const { text, fields, accessory } = block;
      return html`<div class="section">
        <div class="section-body">
          ${text && html`<div class="text">${textHtml(text, names)}</div>`}
          ${fields && html`<div class="fields">${fields.map((field) => html`<div>${textHtml(field, names)}</div>`)}</div>`}
        </div>
        ${accessory && (accessory.type === 'image' ? imageHtml(accessory) : buttonHtml(accessory, block, ts))}
      </div>`;
    }
    case 'context': {
      const parts = block.elements.map((element) =>
        element.type === 'image' ? imageHtml(element) : html`<span>${textHtml(element, names)}</span>`,
      );
      return html`<div class="context">${parts}</div>`;
    }
    case 'actions':
      return html`<div class="actions">
        ${block.elements.map((button) => buttonHtml(button, block, ts))}
      </div>`;
    case 'image':
      return html`<div class="section">${imageHtml(block)}</div>`;
    case 'rich_text':
      return html`<div class="rich-text">
        ${block.elements.map((element) => richTextHtml(element, names))}
      </div>`;
    default:
      return block satisfies never;
  }
}
