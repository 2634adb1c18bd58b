import type { Lab } from '../lab.ts';

/** A base chain, in the words of nft(8). */
export interface DropChain {
  hook: 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting';
  /** Before (negative) or after the rules of others; `accept` elsewhere does not save a packet from a drop here. */
  priority: number;
  /** Default accept. */
  policy?: 'accept' | 'drop';
  rules: readonly string[];
}

/** Puts the rules in place in a table of their own; what was in that table before is replaced, in one step. */
export async function addDropRules(
  lab: Lab,
  node: string,
  table: string,
  chains: readonly DropChain[],
): Promise<void> {
  const body = chains.map(({ hook, priority, policy = 'accept', rules }) =>
    [
      `chain ${hook} {`,
      `type filter hook ${hook} priority ${priority}; policy ${policy};`,
      ...rules,
      '}',
    ].join('\n'),
  );
  const script = [
    `table inet ${table} {}`,
    `delete table inet ${table}`,
    `table inet ${table} {`,
    ...body,
    '}',
    '',
  ];
  await lab.on(node, ['nft', '-f', '-'], { input: script.join('\n'), timeoutMs: 20_000 });
}

/** Also when somebody else has removed them. */
export async function removeDropRules(lab: Lab, node: string, table: string): Promise<void> {
  const script = `table inet ${table} {}\ndelete table inet ${table}\n`;
  await lab.on(node, ['nft', '-f', '-'], { input: script, timeoutMs: 20_000 });
}
