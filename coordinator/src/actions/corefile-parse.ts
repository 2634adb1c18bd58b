import { type CorefileToken, corefileTokens } from './corefile-tokens.ts';

/** A property line inside a plugin's own braces; nested braces stay part of the arguments. */
export interface CorefileProperty {
  name: string;
  args: string[];
  line: number;
}

/** One plugin in a server block or snippet, with the lines it covers (from 1, both included). */
export interface CorefileDirective {
  name: string;
  args: string[];
  properties: CorefileProperty[];
  line: number;
  endLine: number;
}

export interface CorefileBlock {
  keys: string[];
  /** `(name)` blocks are only there to be imported. */
  snippet: string | null;
  directives: CorefileDirective[];
  line: number;
  endLine: number;
}

export interface SyntaxProblem {
  line: number;
  text: string;
}

export interface CorefileDocument {
  blocks: CorefileBlock[];
  /** The first one; nothing after it is parsed. */
  syntax: SyntaxProblem | null;
}

class Syntax extends Error {
  override readonly name = 'Syntax';
  readonly line: number;

  constructor(line: number, text: string) {
    super(text);
    this.line = line;
  }
}

/** Reads tokens in order; one place that knows where it stands. */
interface Cursor {
  tokens: readonly CorefileToken[];
  at: number;
}

function peek(cursor: Cursor): CorefileToken | undefined {
  return cursor.tokens[cursor.at];
}

function take(cursor: Cursor): CorefileToken | undefined {
  const token = cursor.tokens[cursor.at];
  cursor.at += 1;
  return token;
}

function lastLine(cursor: Cursor): number {
  return cursor.tokens.at(-1)?.line ?? 1;
}

function restOfLine(cursor: Cursor, line: number): string[] {
  const words: string[] = [];
  for (let next = peek(cursor); next !== undefined; next = peek(cursor)) {
    if (next.line !== line || next.text === '{' || next.text === '}') break;
    words.push(next.text);
    cursor.at += 1;
  }
  return words;
}

/** Addresses of a server block: on one line, or on more as long as a comma ends the last one. */
function keysOf(cursor: Cursor): string[] {
  const keys: string[] = [];
  let line = peek(cursor)?.line ?? 1;
  let more = true;
  for (let next = peek(cursor); next !== undefined; next = peek(cursor)) {
    if (next.text === '{') {
      if (more && keys.length > 0) throw new Syntax(next.line, "expected another address but found '{'");
      break;
    }
    if (next.line !== line && !more) break;
    line = next.line;
    more = next.text.endsWith(',');
    keys.push(more ? next.text.slice(0, -1) : next.text);
    cursor.at += 1;
  }
  return keys;
}

/** Everything up to the brace that closes the plugin's own block, line by line. */
function propertiesOf(cursor: Cursor, opened: number): { properties: CorefileProperty[]; endLine: number } {
  const properties: CorefileProperty[] = [];
  let depth = 1;
  for (let token = take(cursor); token !== undefined; token = take(cursor)) {
    if (token.text === '{') depth += 1;
    if (token.text === '}') depth -= 1;
    if (depth === 0) return { properties, endLine: token.line };
    const last = properties.at(-1);
    if (last !== undefined && last.line === token.line) last.args.push(token.text);
    else if (token.text !== '{' && token.text !== '}') {
      properties.push({ name: token.text, args: [], line: token.line });
    }
  }
  throw new Syntax(opened, 'an opening brace is never closed');
}

function directiveOf(cursor: Cursor, name: CorefileToken): CorefileDirective {
  const args = restOfLine(cursor, name.line);
  const next = peek(cursor);
  // As in Caddy, an opening brace belongs to the directive even when it stands on the next line.
  if (next?.text === '{') {
    cursor.at += 1;
    return { name: name.text, args, line: name.line, ...propertiesOf(cursor, name.line) };
  }
  if (next?.text === '}' && next.line === name.line) {
    throw new Syntax(next.line, "'}' without an opening brace");
  }
  return { name: name.text, args, properties: [], line: name.line, endLine: name.line };
}

/** The directives of a block up to its closing brace, or to the end of the file where there are no braces. */
function directivesOf(cursor: Cursor, braced: boolean): { directives: CorefileDirective[]; endLine: number } {
  const directives: CorefileDirective[] = [];
  for (let token = take(cursor); token !== undefined; token = take(cursor)) {
    if (token.text === '}') return { directives, endLine: token.line };
    if (token.text === '{') throw new Syntax(token.line, "unexpected '{'");
    directives.push(directiveOf(cursor, token));
  }
  const endLine = lastLine(cursor);
  if (braced) throw new Syntax(endLine, "the server block is not closed: '}' is missing");
  return { directives, endLine };
}

function blockOf(cursor: Cursor): CorefileBlock {
  const line = peek(cursor)?.line ?? 1;
  const keys = keysOf(cursor);
  const braced = peek(cursor)?.text === '{';
  if (braced) cursor.at += 1;
  const snippet = keys.length === 1 ? (/^\((.+)\)$/.exec(keys[0] ?? '')?.[1] ?? null) : null;
  return { keys, snippet, line, ...directivesOf(cursor, braced) };
}

/**
 * Parses a Corefile. Follows github.com/coredns/caddy, caddyfile/parse.go, with imports left in place.
 * Linear in the length of the text.
 */
export function parseCorefile(text: string): CorefileDocument {
  const cursor: Cursor = { tokens: corefileTokens(text), at: 0 };
  const blocks: CorefileBlock[] = [];
  try {
    while (peek(cursor) !== undefined) {
      const first = peek(cursor);
      if (first?.text === '}') throw new Syntax(first.line, "'}' without an opening brace");
      blocks.push(blockOf(cursor));
    }
    return { blocks, syntax: null };
  } catch (problem) {
    if (problem instanceof Syntax) return { blocks, syntax: { line: problem.line, text: problem.message } };
    throw problem;
  }
}
