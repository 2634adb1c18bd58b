/** Candidates for a Corefile whose braces do not match. Each is the whole text with one kind of correction. */

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function code(line: string): string {
  return line.trimStart().startsWith('#') ? '' : line.trim();
}

/** Takes blocks off the stack that end before this line, by its indentation; gives the lines that close them. */
function closeBefore(open: number[], line: string): string[] {
  const indent = indentOf(line);
  const ownBrace = code(line) === '}';
  const closing: string[] = [];
  for (let top = open.at(-1); top !== undefined && indent <= top; top = open.at(-1)) {
    if (ownBrace && indent === top) break;
    closing.push(`${' '.repeat(top)}}`);
    open.pop();
  }
  return closing;
}

/** Closes every block where the indentation goes back, and what is left at the end of the file. */
export function closedByIndent(text: string): string {
  const open: number[] = [];
  const lines: string[] = [];
  for (const line of text.replace(/\n+$/, '').split('\n')) {
    const content = code(line);
    if (content !== '') lines.push(...closeBefore(open, line));
    if (content === '}') open.pop();
    lines.push(line);
    if (content.endsWith('{')) open.push(indentOf(line));
  }
  lines.push(...open.toReversed().map((indent) => `${' '.repeat(indent)}}`));
  return `${lines.join('\n')}\n`;
}

/** One more closing brace at the end of the file. */
export function closedAtEnd(text: string): string {
  return `${text.replace(/\n+$/, '')}\n}\n`;
}

/** The text without one of its lines that hold a closing brace only: one candidate a line. */
export function withoutOneBrace(text: string): string[] {
  const lines = text.split('\n');
  return lines.flatMap((line, i) => (code(line) === '}' ? [lines.toSpliced(i, 1).join('\n')] : []));
}

/** An opening brace at the end of a line after which the indentation grows: one candidate a line. */
export function withOneOpened(text: string): string[] {
  const lines = text.split('\n');
  return lines.flatMap((line, i) => {
    const next = lines.slice(i + 1).find((later) => code(later) !== '');
    const opens =
      code(line) !== '' && !code(line).endsWith('{') && next !== undefined && indentOf(next) > indentOf(line);
    return opens ? [lines.with(i, `${line.trimEnd()} {`).join('\n')] : [];
  });
}

/** How many closing braces do not stand under the line that opened them: the fewer, the likelier what was meant. */
export function indentMismatches(text: string): number {
  const open: number[] = [];
  let mismatches = 0;
  for (const line of text.split('\n')) {
    const content = code(line);
    if (content === '}' && open.pop() !== indentOf(line)) mismatches += 1;
    if (content.endsWith('{')) open.push(indentOf(line));
  }
  return mismatches;
}
