import { expect, test } from 'vitest';
import { COREFILE } from '../objects/coredns-objects.ts';
import { parseCorefile, rootPlugin } from './corefile.ts';

test('an ordinary Corefile gives its plugins with arguments, blocks skipped', () => {
  const parsed = parseCorefile(COREFILE);
  if (parsed.type === 'error') throw new Error(parsed.message);
  expect(parsed.blocks.map((block) => block.zones)).toEqual([['.']]);
  expect(parsed.blocks[0]?.plugins.map((plugin) => plugin.name)).toEqual([
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
  ]);
  expect(rootPlugin(parsed.blocks, 'forward')?.args).toEqual(['.', '/etc/resolv.conf']);
});

// The messages are what coredns 1.15.0 printed for these files.
test.each([
  ['.:1053 {\n    errors\n    redy\n}\n', "Corefile:3 - Error during parsing: Unknown directive 'redy'"],
  [
    '.:1053 {\n    errors\n    forward . \n',
    "Corefile:3 - Syntax error: Unexpected token '.', expecting '}'",
  ],
  [
    '.:1053 {\n    errors\n    forward . \n}\n',
    "plugin/forward: Corefile:3 - Error during parsing: Wrong argument count or unexpected line ending after '.'",
  ],
  [
    '.:1053 {\n    errors {\n }\n    foo bar {\n }\n}\n',
    "Corefile:4 - Error during parsing: Unknown directive 'foo'",
  ],
])('%j is refused as CoreDNS refuses it', (text, message) => {
  expect(parseCorefile(text, 'Corefile')).toEqual({ type: 'error', message });
});

test('two server blocks are two', () => {
  const parsed = parseCorefile('.:53 {\n  errors\n}\nexample.org {\n  forward . 10.0.0.1\n}\n');
  expect(parsed.type === 'ok' && parsed.blocks.map((block) => block.zones)).toEqual([['.'], ['example.org']]);
});
