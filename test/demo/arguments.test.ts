import { describe, expect, it } from 'vitest';
import { readArguments } from './arguments.ts';

const known = ['first', 'second', 'third'];
const read = (line: string, terminal = true) =>
  readArguments(
    line.split(' ').filter((word) => word !== ''),
    known,
    terminal,
  );

describe('the command line of the demo', () => {
  it('runs the first scenario and leaves the decision to the person at the terminal', () => {
    expect(read('')).toEqual({
      do: 'run',
      scenarios: ['first'],
      approval: 'person',
      keep: false,
      json: false,
    });
  });

  it('approves by itself where nobody could click', () => {
    expect(read('', false)).toMatchObject({ approval: 'by-itself' });
    expect(read('--approve', true)).toMatchObject({ approval: 'by-itself' });
  });

  it('takes the scenarios that are asked for, or all of them', () => {
    expect(read('--scenario third --scenario second')).toMatchObject({ scenarios: ['third', 'second'] });
    expect(read('--all --json')).toMatchObject({ scenarios: known, json: true });
  });

  it.each([
    ['--scenario fourth', 'there is no scenario fourth; there are first, second, third'],
    ['--all --scenario first', '--all and --scenario exclude each other'],
    ['--all --keep', '--keep takes one scenario'],
    ['--aprove', '--aprove'],
    ['first', 'first'],
  ])('refuses %s and says why', (line, why) => {
    expect(read(line)).toMatchObject({ do: 'refuse', why: expect.stringContaining(why) });
  });

  it('helps before anything else', () => {
    expect(read('--help --list')).toEqual({ do: 'help' });
    expect(read('--list')).toEqual({ do: 'list' });
  });
});
