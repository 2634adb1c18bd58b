import { type Html, html } from './html.ts';

/** Pictographs the page draws itself, since many machines that run a demo have no emoji font. */
const drawn: Readonly<
  Record<string, { readonly look: string; readonly label: string; readonly sign?: string }>
> = {
  '🔴': { look: 'dot red', label: 'red circle' },
  '🟠': { look: 'dot orange', label: 'orange circle' },
  '🟡': { look: 'dot yellow', label: 'yellow circle' },
  '🟢': { look: 'dot green', label: 'green circle' },
  '🔵': { look: 'dot blue', label: 'blue circle' },
  '⚪': { look: 'dot white', label: 'white circle' },
  '✅': { look: 'box green', label: 'check mark', sign: '✓' },
  '❌': { look: 'box red', label: 'cross mark', sign: '✕' },
  '🆘': { look: 'box red wide', label: 'SOS', sign: 'SOS' },
  '⚠️': { look: 'box amber', label: 'warning', sign: '!' },
};

const pattern = new RegExp(`(${Object.keys(drawn).join('|')})`, 'u');

/** Text with line breaks and drawn pictographs. */
export function textRunHtml(text: string): Html {
  return html`${text.split('\n').map((line, index) => {
    const parts = line.split(pattern).map((part) => {
      const picture = drawn[part];
      if (!picture) return html`${part}`;
      const { look, label, sign } = picture;
      return html`<span class="pictograph ${look}" role="img" aria-label="${label}"
        >${sign !== undefined && html`<i>${sign}</i>`}</span
      >`;
    });
    return index === 0 ? html`${parts}` : html`<br />${parts}`;
  })}`;
}
