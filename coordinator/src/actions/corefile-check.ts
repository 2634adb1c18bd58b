import { parseIp } from '../netpol/ip-range.ts';
import {
  type CorefileBlock,
  type CorefileDirective,
  type CorefileProperty,
  parseCorefile,
} from './corefile-parse.ts';
import { KNOWN_PLUGINS, knownProperties, knownValues } from './corefile-plugins.ts';

export type CorefileProblemKind =
  | 'syntax'
  | 'unknown-plugin'
  | 'unknown-property'
  | 'arguments'
  | 'import'
  | 'duplicate-server'
  | 'self-forward'
  | 'zone-missing';

export interface CorefileProblem {
  kind: CorefileProblemKind;
  /** From 1; 0 where it is about the whole file. */
  line: number;
  text: string;
}

export interface CorefileExpectations {
  /** Zone of the cluster's own names, without the final dot. */
  zone: string;
  /** Addresses of the cluster DNS itself: forwarding there is a loop. */
  ownAddresses: readonly string[];
}

const DURATION = /^(\d{1,9}(\.\d{1,9})?(ns|us|µs|ms|s|m|h)){1,6}$/;

/** Fewest and most arguments that every release accepts, for plugins where that never changed. */
const ARGUMENTS: Readonly<Record<string, readonly [number, number]>> = {
  bind: [1, 100],
  debug: [0, 0],
  errors: [0, 0],
  forward: [2, 100],
  health: [0, 1],
  loop: [0, 0],
  pprof: [0, 1],
  prometheus: [0, 1],
  ready: [0, 1],
  reload: [0, 2],
  root: [1, 1],
  template: [2, 100],
};

function problem(kind: CorefileProblemKind, line: number, text: string): CorefileProblem {
  return { kind, line, text };
}

/** `host:port`, a bare host, or a bare port, as far as it is clear what it is meant to be. */
function isNoAddress(text: string): boolean {
  const host = /^\[?([^\]]{0,100}?)\]?:\d{1,5}$/.exec(text)?.[1] ?? text;
  return /^[\d.]+$/.test(host) && parseIp(host) === null;
}

/** Plugins whose arguments never hold braces but for environment variables. */
const PLAIN = [
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

function argumentProblems({ name, args, line }: CorefileDirective): CorefileProblem[] {
  const [least, most] = ARGUMENTS[name] ?? [0, Infinity];
  if (args.length < least) return [problem('arguments', line, `${name} needs at least ${least} arguments`)];
  if (args.length > most) return [problem('arguments', line, `${name} takes at most ${most} arguments`)];
  if (name === 'reload' && args[0] !== 'off' && args.some((arg) => !DURATION.test(arg))) {
    return [problem('arguments', line, 'reload takes durations such as 30s')];
  }
  const cramped = PLAIN.includes(name)
    ? args.find((arg) => /[{}]/.test(arg) && !/^\{[$%]/.test(arg))
    : undefined;
  if (cramped !== undefined) return [problem('arguments', line, `a brace sticks to ${cramped}`)];
  const listening = ['bind', 'health', 'prometheus', 'ready'].includes(name);
  const addresses = listening ? args : name === 'forward' ? args.slice(1) : [];
  const wrong = addresses.find((arg) => isNoAddress(arg));
  return wrong === undefined ? [] : [problem('arguments', line, `${wrong} is not an IP address`)];
}

/** What a property takes, for those where every release takes exactly one argument of that form. */
const PROPERTY_ARGUMENT: Readonly<Record<string, RegExp>> = {
  'kubernetes ttl': /^\d{1,4}$/,
  'health lameduck': DURATION,
  'forward max_concurrent': /^\d{1,9}$/,
  'forward max_fails': /^\d{1,9}$/,
  'forward expire': DURATION,
};

function propertyProblem(
  plugin: string,
  known: readonly string[],
  property: CorefileProperty,
): CorefileProblem[] {
  const { name, args, line } = property;
  if (name === 'import') return [];
  if (!known.includes(name)) return [problem('unknown-property', line, `${plugin} has no property ${name}`)];
  const form = PROPERTY_ARGUMENT[`${plugin} ${name}`];
  const values = knownValues(plugin, name);
  if (values.length > 0 && (args.length !== 1 || !values.includes(args[0] ?? ''))) {
    return [problem('arguments', line, `${name} is one of ${values.join(', ')}`)];
  }
  if (form === undefined || (args.length === 1 && form.test(args[0] ?? ''))) return [];
  return [
    problem('arguments', line, `${name} does not take ${args.length === 0 ? 'nothing' : args.join(' ')}`),
  ];
}

function propertyProblems({ name, properties }: CorefileDirective): CorefileProblem[] {
  const known = knownProperties(name);
  return known === null ? [] : properties.flatMap((property) => propertyProblem(name, known, property));
}

/** Plugins that refuse to stand in one server block twice. */
const ONCE = ['cache', 'errors', 'hosts', 'loop', 'ready'];

function repeated({ directives }: CorefileBlock): CorefileProblem[] {
  return directives.flatMap(({ name, line }, i) => {
    const first = directives.findIndex((one) => one.name === name);
    return ONCE.includes(name) && first < i
      ? [problem('arguments', line, `${name} may stand in a server block only once`)]
      : [];
  });
}

/** Host part and port of an upstream: `1.1.1.1`, `[::1]:53`, `dns://10.0.0.1:5353`. */
function upstream(text: string): { host: string; port: string } {
  const bare = text.replace(/^[a-z0-9+]{1,10}:\/\//, '');
  const bracketed = /^\[([0-9a-fA-F:.]{2,45})\](?::(\d{1,5}))?$/.exec(bare);
  if (bracketed !== null) return { host: bracketed[1] ?? '', port: bracketed[2] ?? '53' };
  const parts = bare.split(':');
  return parts.length === 2 ? { host: parts[0] ?? '', port: parts[1] ?? '53' } : { host: bare, port: '53' };
}

function forwardProblems({ name, args, line }: CorefileDirective, own: readonly string[]): CorefileProblem[] {
  if (name !== 'forward') return [];
  return args.slice(1).flatMap((arg) => {
    const { host, port } = upstream(arg);
    const loops = port === '53' && (host.startsWith('127.') || host === '::1' || own.includes(host));
    return loops
      ? [problem('self-forward', line, `forward ${args[0] ?? ''} leads to ${host}, which is CoreDNS itself`)]
      : [];
  });
}

/** Directives of a block with snippets put in place; imports of files stay and are reported as `open`. */
function expanded(
  block: CorefileBlock,
  snippets: ReadonlyMap<string, CorefileBlock>,
  depth = 0,
): { directives: CorefileDirective[]; open: boolean } {
  let open = false;
  const directives = block.directives.flatMap((directive) => {
    if (directive.name !== 'import') return [directive];
    const snippet = snippets.get(directive.args[0] ?? '');
    if (snippet === undefined || depth > 5) {
      open = true;
      return [];
    }
    const inner = expanded(snippet, snippets, depth + 1);
    open ||= inner.open;
    return inner.directives;
  });
  return { directives, open };
}

function importProblems(
  block: CorefileBlock,
  snippets: ReadonlyMap<string, CorefileBlock>,
): CorefileProblem[] {
  return block.directives
    .filter(({ name }) => name === 'import')
    .flatMap(({ args, line }) => {
      const [target = ''] = args;
      if (args.length !== 1) return [problem('import', line, 'import takes exactly one argument')];
      // A bare word is meant as a snippet; a path or glob may well exist in the pod.
      if (/^[\w-]+$/.test(target) && !snippets.has(target)) {
        return [problem('import', line, `there is no snippet (${target}) to import`)];
      }
      return [];
    });
}

/** Zone of a server block's key: without scheme and port, without the final dot; the root is empty. */
export function zoneOfKey(key: string): string {
  const bare = key.replace(/^[a-z0-9+]{1,10}:\/\//, '').replace(/:\d{1,5}$/, '');
  return bare.replace(/\.$/, '').toLowerCase();
}

function covers(zone: string, name: string): boolean {
  return zone === '' || name === zone || name.endsWith(`.${zone}`);
}

/** Whether names of the cluster zone are answered by a `kubernetes` plugin; an open import leaves it undecided (true). */
function servesZone(
  servers: readonly CorefileBlock[],
  snippets: ReadonlyMap<string, CorefileBlock>,
  zone: string,
): boolean {
  return servers.some((block) => {
    const keys = block.keys.map(zoneOfKey).filter((key) => covers(key, zone));
    if (keys.length === 0) return false;
    const { directives, open } = expanded(block, snippets);
    const plugins = directives.filter(({ name }) => name === 'kubernetes');
    const zones = plugins.flatMap(({ args }) => (args.length === 0 ? keys : args.map(zoneOfKey)));
    return zones.some((served) => covers(served, zone)) || (open && plugins.length === 0);
  });
}

function serverProblems(servers: readonly CorefileBlock[]): CorefileProblem[] {
  const seen = new Set<string>();
  return servers.flatMap((block) =>
    block.keys.flatMap((key) => {
      // A brace closed too early turns the plugins after it into the names of a next server.
      if (KNOWN_PLUGINS.has(key)) {
        return [
          problem(
            'syntax',
            block.line,
            `${key} stands where the name of a server is expected: a '}' before it is too many`,
          ),
        ];
      }
      const server = /:\d{1,5}$/.test(key) ? key.toLowerCase() : `${key.toLowerCase()}:53`;
      if (seen.has(server)) return [problem('duplicate-server', block.line, `${server} is defined twice`)];
      seen.add(server);
      return [];
    }),
  );
}

/** Everything in a Corefile that CoreDNS would refuse, or that would leave the cluster without its names. Empty: good. */
export function checkCorefile(text: string, expect: CorefileExpectations): CorefileProblem[] {
  const { blocks, syntax } = parseCorefile(text);
  if (syntax !== null) return [problem('syntax', syntax.line, syntax.text)];
  const snippets = new Map(
    blocks.flatMap((block) => (block.snippet === null ? [] : [[block.snippet, block] as const])),
  );
  const servers = blocks.filter(({ snippet }) => snippet === null);
  const problems = blocks.flatMap((block) => [
    ...block.directives.flatMap((directive) => {
      if (directive.name === 'import') return [];
      if (!KNOWN_PLUGINS.has(directive.name)) {
        return [problem('unknown-plugin', directive.line, `${directive.name} is not a plugin of CoreDNS`)];
      }
      return [
        ...argumentProblems(directive),
        ...propertyProblems(directive),
        ...forwardProblems(directive, expect.ownAddresses),
      ];
    }),
    ...repeated(block),
    ...importProblems(block, snippets),
  ]);
  problems.push(...serverProblems(servers));
  if (!servesZone(servers, snippets, expect.zone)) {
    problems.push(problem('zone-missing', 0, `no kubernetes plugin answers for ${expect.zone}`));
  }
  return problems;
}
