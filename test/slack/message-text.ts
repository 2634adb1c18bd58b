/** `<@U1>`, `<#C1|name>`, `<!here>`, `<!date^..>`, `<https://..|label>`, `<mailto:..>`. */
const controlSequence = /<(?:[@#!][^<>\n]+|(?:https?:\/\/|mailto:)[^<>\n]+)>/g;
const entity = /&(?:amp|lt|gt);/g;

function escapePlain(text: string): string {
  let escaped = '';
  let end = 0;
  for (const match of text.matchAll(entity)) {
    escaped += text.slice(end, match.index).replaceAll('&', '&amp;') + match[0];
    end = match.index + match[0].length;
  }
  escaped += text.slice(end).replaceAll('&', '&amp;');
  return escaped.replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Text as Slack stores it: control sequences stay, every other `&`, `<`, `>` becomes an entity. */
export function storedText(text: string): string {
  let stored = '';
  let end = 0;
  for (const match of text.matchAll(controlSequence)) {
    stored += escapePlain(text.slice(end, match.index)) + match[0];
    end = match.index + match[0].length;
  }
  return stored + escapePlain(text.slice(end));
}
