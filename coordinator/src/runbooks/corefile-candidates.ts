import { type CorefileDirective, parseCorefile } from '../actions/corefile-parse.ts';
import { KNOWN_PLUGINS, knownProperties, knownValues } from '../actions/corefile-plugins.ts';
import { closedAtEnd, closedByIndent, withOneOpened, withoutOneBrace } from './corefile-braces.ts';
import { putBack } from './corefile-restore.ts';
import { meantWord } from './edit-distance.ts';

/** A changed Corefile that may or may not be good. `change` is an imperative: "Write redy as ready (line 7)". */
export interface Candidate {
  text: string;
  change: string;
  certainty: 'typo' | 'brace' | 'restored' | 'removed';
}

/** Without them CoreDNS does not do its duty (names, the world outside) or its own pods never become ready. */
export const ESSENTIAL: readonly string[] = ['kubernetes', 'forward', 'ready', 'health'];
/** What a cluster's Corefile has as installed (kubeadm): a slip most likely meant one of these. */
const USUAL: readonly string[] = [
  'errors',
  'health',
  'ready',
  'kubernetes',
  'prometheus',
  'forward',
  'cache',
  'loop',
  'reload',
  'loadbalance',
];
/** Plugins that do their work without arguments and properties. */
const FINE_BARE: readonly string[] = ['errors', 'health', 'ready', 'loop', 'reload', 'loadbalance'];

function linesOf(text: string): string[] {
  return text.split('\n');
}

function replaceWord(text: string, line: number, from: string, to: string): string {
  const lines = linesOf(text);
  const old = lines[line - 1] ?? '';
  const at = old.indexOf(from);
  return at === -1
    ? text
    : lines.with(line - 1, old.slice(0, at) + to + old.slice(at + from.length)).join('\n');
}

function withoutLines(text: string, first: number, last: number): string {
  return linesOf(text)
    .toSpliced(first - 1, last - first + 1)
    .join('\n');
}

interface Located {
  directive: CorefileDirective;
  siblings: string[];
}

/** The plugin that covers a line, with the names of the others in its block. */
function directiveAt(text: string, line: number): Located | null {
  for (const { directives } of parseCorefile(text).blocks) {
    const directive = directives.find((one) => one.line <= line && line <= one.endLine);
    if (directive === undefined) continue;
    return { directive, siblings: directives.filter((one) => one !== directive).map(({ name }) => name) };
  }
  return null;
}

/** A plugin name that is nearly one that the block does not have yet. */
export function pluginTypo(text: string, line: number): Candidate[] {
  const located = directiveAt(text, line);
  if (located === null || located.directive.line !== line) return [];
  const { name } = located.directive;
  if (KNOWN_PLUGINS.has(name)) return [];
  const missing = (plugin: string) => !located.siblings.includes(plugin);
  const meant = meantWord(name, USUAL.filter(missing)) ?? meantWord(name, [...KNOWN_PLUGINS].filter(missing));
  if (meant === null) return [];
  return [
    {
      text: replaceWord(text, line, name, meant),
      change: `Write ${name} as ${meant} (line ${line})`,
      certainty: 'typo',
    },
  ];
}

/** A property that is nearly one of the plugin's own. */
export function propertyTypo(text: string, line: number): Candidate[] {
  const located = directiveAt(text, line);
  const property = located?.directive.properties.find((one) => one.line === line);
  if (located === null || property === undefined) return [];
  const others = located.directive.properties.map(({ name }) => name);
  const known = (knownProperties(located.directive.name) ?? []).filter((name) => !others.includes(name));
  const meant = meantWord(property.name, known);
  if (meant === null) return [];
  const change = `Write ${property.name} as ${meant} (line ${line})`;
  return [{ text: replaceWord(text, line, property.name, meant), change, certainty: 'typo' }];
}

/** A value that is nearly one of the few that the property takes. */
export function valueTypo(text: string, line: number): Candidate[] {
  const located = directiveAt(text, line);
  const property = located?.directive.properties.find((one) => one.line === line);
  const [value, more] = property?.args ?? [];
  if (located === null || property === undefined || value === undefined || more !== undefined) return [];
  const meant = meantWord(value, knownValues(located.directive.name, property.name));
  if (meant === null) return [];
  const change = `Write ${property.name} ${value} as ${property.name} ${meant} (line ${line})`;
  return [{ text: replaceWord(text, line, ` ${value}`, ` ${meant}`), change, certainty: 'typo' }];
}

/** Changes to the last good text put back: those at `lines`, or all of them. */
export function restored(text: string, lastGood: string | null, lines: readonly number[]): Candidate[] {
  const back = lastGood === null ? null : putBack(text, lastGood, lines);
  const first = back?.hunks[0];
  if (back === null || first === undefined) return [];
  const change =
    back.hunks.length === 1
      ? `Put line ${first.line} back as it was last applied`
      : `Put ${back.hunks.length} places back as they were last applied`;
  return [{ text: back.text, change, certainty: 'restored' }];
}

/** What stands at that line taken out, narrowest first: the property, the plugin's arguments, the plugin. */
export function removals(text: string, line: number): Candidate[] {
  const located = directiveAt(text, line);
  if (located === null) return [];
  const { directive } = located;
  const property = directive.properties.find((one) => one.line === line);
  const candidates: Candidate[] = [];
  if (property !== undefined) {
    candidates.push({
      text: withoutLines(text, line, line),
      change: `Remove ${property.name} from ${directive.name} (line ${line})`,
      certainty: 'removed',
    });
  }
  if (FINE_BARE.includes(directive.name) && (directive.args.length > 0 || directive.properties.length > 0)) {
    const lines = linesOf(text);
    const indent = /^\s*/.exec(lines[directive.line - 1] ?? '')?.[0] ?? '';
    const bare = lines.toSpliced(
      directive.line - 1,
      directive.endLine - directive.line + 1,
      indent + directive.name,
    );
    candidates.push({
      text: bare.join('\n'),
      change: `Leave ${directive.name} with its defaults (line ${directive.line})`,
      certainty: 'removed',
    });
  }
  if (!ESSENTIAL.includes(directive.name) || located.siblings.includes(directive.name)) {
    candidates.push({
      text: withoutLines(text, directive.line, directive.endLine),
      change: `Remove ${directive.name} (line ${directive.line})`,
      certainty: 'removed',
    });
  }
  return candidates;
}

/** A zone that is nearly the one the cluster has. */
export function wrongZone(text: string, zone: string): Candidate[] {
  const plugins = parseCorefile(text).blocks.flatMap(({ directives }) =>
    directives.filter(({ name }) => name === 'kubernetes'),
  );
  return plugins.flatMap(({ args, line }) => {
    const near = args.filter((arg) => meantWord(arg, [zone]) !== null);
    const [wrong] = near;
    if (near.length !== 1 || wrong === undefined) return [];
    return [
      {
        text: replaceWord(text, line, wrong, zone),
        change: `Write ${wrong} as ${zone} (line ${line})`,
        certainty: 'typo' as const,
      },
    ];
  });
}

/** Every single correction of the braces. */
export function braceCandidates(text: string): Candidate[] {
  const of =
    (change: string) =>
    (candidate: string): Candidate => ({ text: candidate, change, certainty: 'brace' });
  return [
    ...[closedByIndent(text), closedAtEnd(text)].map(of('Close the open brace')),
    ...withoutOneBrace(text).map(of('Remove the closing brace that is too many')),
    ...withOneOpened(text).map(of('Open the brace that is missing')),
  ];
}
