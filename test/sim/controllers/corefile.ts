/** A Corefile as far as the simulated CoreDNS serves it. */
export interface CorefileBlock {
  /** Zones without ports, such as `.` or `cluster.local`. */
  zones: string[];
  plugins: { name: string; args: string[]; line: number }[];
}

export type ParsedCorefile = { type: 'ok'; blocks: CorefileBlock[] } | { type: 'error'; message: string };

/** Plugins compiled into CoreDNS by default (core/dnsserver/zdirectives.go). */
const DIRECTIVES = new Set(
  (
    'root metadata geoip cancel proxyproto quic grpc_server https https3 timeouts multisocket reload nsid bufsize bind debug trace ready health pprof ' +
    'shed prometheus errors log dnstap local dns64 siit any chaos loadbalance tsig rewrite autopath acl cache header dnssec tls minimal template transfer ' +
    'dynupdate hosts route53 azure clouddns k8s_external kubernetes file auto secondary etcd loop forward grpc erratic whoami on sign view nomad import'
  ).split(' '),
);

interface Token {
  text: string;
  line: number;
}

function tokenize(text: string): Token[] {
  return text.split('\n').flatMap((content, index) =>
    content
      .replace(/(^|\s)#.*$/, '')
      .split(/\s+/)
      .filter((word) => word !== '')
      .map((word) => ({ text: word, line: index + 1 })),
  );
}

function skipBlock(tokens: readonly Token[], from: number): number {
  let depth = 0;
  for (let index = from; index < tokens.length; index += 1) {
    if (tokens[index]?.text.endsWith('{') === true) depth += 1;
    if (tokens[index]?.text === '}') {
      depth -= 1;
      if (depth === 0) return index + 1;
    }
  }
  return tokens.length;
}

/** Parses a Corefile; errors are worded as the Caddyfile parser of CoreDNS 1.15 words them. */
export function parseCorefile(text: string, file = '/etc/coredns/Corefile'): ParsedCorefile {
  const tokens = tokenize(text);
  const blocks: CorefileBlock[] = [];
  const fail = (line: number, what: string): ParsedCorefile => ({
    type: 'error',
    message: `${file}:${line} - ${what}`,
  });
  let at = 0;
  while (at < tokens.length) {
    const zones: string[] = [];
    for (; at < tokens.length && tokens[at]?.text !== '{'; at += 1)
      zones.push((tokens[at]?.text ?? '').replace(/,$/, ''));
    const opening = tokens[at];
    if (opening === undefined)
      return fail(
        tokens.at(-1)?.line ?? 1,
        `Syntax error: Unexpected token '${tokens.at(-1)?.text ?? ''}', expecting '{'`,
      );
    const block: CorefileBlock = { zones: zones.map((zone) => zone.replace(/:\d+$/, '')), plugins: [] };
    at += 1;
    for (;;) {
      const token = tokens[at];
      if (token === undefined)
        return fail(
          tokens.at(-1)?.line ?? 1,
          `Syntax error: Unexpected token '${tokens.at(-1)?.text ?? ''}', expecting '}'`,
        );
      if (token.text === '}') break;
      if (!DIRECTIVES.has(token.text))
        return fail(token.line, `Error during parsing: Unknown directive '${token.text}'`);
      const plugin = { name: token.text, args: [] as string[], line: token.line };
      for (at += 1; tokens[at]?.line === token.line && tokens[at]?.text !== '{'; at += 1)
        plugin.args.push(tokens[at]?.text ?? '');
      if (tokens[at]?.line === token.line && tokens[at]?.text === '{') at = skipBlock(tokens, at);
      if (plugin.name === 'forward' && plugin.args.length < 2) {
        const what = `Error during parsing: Wrong argument count or unexpected line ending after '${plugin.args.at(-1) ?? 'forward'}'`;
        return { type: 'error', message: `plugin/forward: ${file}:${plugin.line} - ${what}` };
      }
      block.plugins.push(plugin);
    }
    at += 1;
    blocks.push(block);
  }
  return { type: 'ok', blocks };
}

/** The plugin of the root zone's block, if it is there. */
export function rootPlugin(
  blocks: readonly CorefileBlock[],
  name: string,
): CorefileBlock['plugins'][number] | undefined {
  return blocks.find((block) => block.zones.includes('.'))?.plugins.find((plugin) => plugin.name === name);
}
