import { describe, expect, it } from 'vitest';
import { mrkdwnHtml } from './mrkdwn-html.ts';

const names = { person: (id: string) => id.toLowerCase(), channel: (id: string) => id.toLowerCase() };
const rendered = (text: string): string => mrkdwnHtml(text, names).html;

describe('mrkdwn', () => {
  const table: [string, string][] = [
    ['*bold* and _soft_ and ~gone~', '<b>bold</b> and <i>soft</i> and <s>gone</s>'],
    ['a*b*c snake_case_name 2 * 3 * 4', 'a*b*c snake_case_name 2 * 3 * 4'],
    ['`*not bold* <@U1>`', '<code>*not bold* &lt;@U1&gt;</code>'],
    ['one\ntwo', 'one<br />two'],
    ['&gt; quoted\n&gt; more\nafter', '<blockquote>quoted<br />more</blockquote>after'],
    ['before ```\n- a\n  *b*\n``` after', 'before <pre>- a\n  *b*</pre> after'],
    [
      '<@U1> <#C1|alerts> <!here>',
      '<span class="mention">@u1</span> <span class="mention">#alerts</span> <span class="mention">@here</span>',
    ],
    ['<!date^1392734382^{date}|18 Feb>', '18 Feb'],
    [':unknown_thing:', ':unknown_thing:'],
  ];
  it.each(table)('%s', (text, expected) => {
    expect(rendered(text)).toBe(expected);
  });

  it('links what a browser may follow, and nothing else', () => {
    expect(rendered('<https://x.test/?a=1&amp;b=2|the *page*>')).toBe(
      '<a href="https://x.test/?a=1&amp;b=2" target="_blank" rel="noreferrer noopener">the *page*</a>',
    );
    expect(rendered('<javascript:alert(1)|click>')).toBe('click');
    expect(rendered('<https://x.test/"onmouseover="alert(1)|x>')).toContain(
      'href="https://x.test/&quot;onmouseover=&quot;alert(1)"',
    );
  });

  it('never lets markup through', () => {
    const hostile =
      '<img src=x onerror=alert(1)> &lt;script&gt; *<b>* `</code><script>` ```</pre><script>```';
    expect(rendered(hostile)).not.toMatch(/<(?!\/?(?:b|code|pre)>)/);
  });
});
