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

type Problem = { message: string };

function isProblem(value: object): value is Problem {
  return 'message' in value;
}

/** Index behind the block that opens at `from`. */
function skipBlock(tokens: readonly Token[], from: number): number {
  let depth = 0;
  for (let index = from; index < tokens.length; index += 1) {
    if (tokens[index]?.text.endsWith('{') === true) depth += 1;
    if (tokens[index]?.text === '}') depth -= 1;
    if (depth === 0) return index + 1;
  }
  return tokens.length;
}

function syntaxError(tokens: readonly Token[], file: string, expected: string): Problem {
  const last = tokens.at(-1);
  return {
    message: `${file}:${last?.line ?? 1} - Syntax error: Unexpected token '${last?.text ?? ''}', expecting '${expected}'`,
  };
}

type Plugin = CorefileBlock['plugins'][number];

/** One directive with its arguments and its own block; `next` is the index behind it. */
function readPlugin(
  tokens: readonly Token[],
  at: number,
  token: Token,
  file: string,
): { plugin: Plugin; next: number } | Problem {
  if (!DIRECTIVES.has(token.text))
    return { message: `${file}:${token.line} - Error during parsing: Unknown directive '${token.text}'` };
  const behind = tokens.findIndex(
    (other, index) => index > at && (other.line !== token.line || other.text === '{'),
  );
  const end = behind < 0 ? tokens.length : behind;
  const args = tokens.slice(at + 1, end).map((argument) => argument.text);
  const opens = tokens[end]?.line === token.line && tokens[end]?.text === '{';
  return { plugin: { name: token.text, args, line: token.line }, next: opens ? skipBlock(tokens, end) : end };
}

function readBlock(
  tokens: readonly Token[],
  from: number,
  file: string,
): { block: CorefileBlock; next: number } | Problem {
  const opening = tokens.findIndex((token, index) => index >= from && token.text === '{');
  if (opening < 0) return syntaxError(tokens, file, '{');
  const zones = tokens.slice(from, opening).map((token) => token.text.replace(/,$/, '').replace(/:\d+$/, ''));
  const plugins: Plugin[] = [];
  let at = opening + 1;
  for (;;) {
    const token = tokens[at];
    if (token === undefined) return syntaxError(tokens, file, '}');
    if (token.text === '}') return { block: { zones, plugins }, next: at + 1 };
    const read = readPlugin(tokens, at, token, file);
    if (isProblem(read)) return read;
    plugins.push(read.plugin);
    at = read.next;
  }
}

/** What a plugin's own set-up refuses, once the whole file has the right form. */
function setupProblem(blocks: readonly CorefileBlock[], file: string): Problem | undefined {
  const bad = blocks
    .flatMap((block) => block.plugins)
    .find((plugin) => plugin.name === 'forward' && plugin.args.length < 2);
  if (bad === undefined) return undefined;
  const what = `Wrong argument count or unexpected line ending after '${bad.args.at(-1) ?? 'forward'}'`;
  return { message: `plugin/forward: ${file}:${bad.line} - Error during parsing: ${what}` };
}

/** Parses a Corefile; errors are worded as the Caddyfile parser of CoreDNS 1.15 words them. */
export function parseCorefile(text: string, file = '/etc/coredns/Corefile'): ParsedCorefile {
  const tokens = tokenize(text);
  const blocks: CorefileBlock[] = [];
  for (let at = 0; at < tokens.length;) {
    const read = readBlock(tokens, at, file);
    if (isProblem(read)) return { type: 'error', message: read.message };
    blocks.push(read.block);
    at = read.next;
  }
  const problem = setupProblem(blocks, file);
  return problem === undefined ? { type: 'ok', blocks } : { type: 'error', message: problem.message };
}

/** The plugin of the root zone's block, if it is there. */
export function rootPlugin(
  blocks: readonly CorefileBlock[],
  name: string,
): CorefileBlock['plugins'][number] | undefined {
  return blocks.find((block) => block.zones.includes('.'))?.plugins.find((plugin) => plugin.name === name);
}
