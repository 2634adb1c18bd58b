import { describe, expect, it } from 'vitest';
import { readCommand } from './options.ts';

const known = ['one', 'two'];

describe('readCommand', () => {
  it('takes the core set in a lab of its own when nothing is said', () => {
    expect(readCommand([], known)).toEqual({
      do: 'run',
      options: {
        names: null,
        all: false,
        placements: null,
        network: 'vxlan',
        lab: 'e2e',
        keep: false,
        json: false,
      },
    });
  });

  it('takes cases by name, more than one, and where', () => {
    const command = readCommand(['--scenario', 'one', '--scenario', 'two', '--node', 'with'], known);
    expect(command).toMatchObject({
      options: { names: ['one', 'two'], placements: ['with-coordinator'] },
    });
  });

  it('refuses what there is not, with what to write instead', () => {
    expect(() => readCommand(['--scenario', 'three'], known)).toThrow(/three.*--list/);
    expect(() => readCommand(['--node', 'node2'], known)).toThrow('with, without or both');
    expect(() => readCommand(['--network', 'bgp'], known)).toThrow('vxlan or routed');
    expect(() => readCommand(['--all', '--scenario', 'one'], known)).toThrow('exclude each other');
  });
});
