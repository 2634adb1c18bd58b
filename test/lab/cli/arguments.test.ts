import { describe, expect, it } from 'vitest';
import { readArguments } from './arguments.ts';

const read = (line: string, env: NodeJS.ProcessEnv = {}) =>
  readArguments(line.split(' ').filter(Boolean), env);

describe('what is asked for', () => {
  it('is help when nothing is', () => {
    const lines = ['', '--help', '-h', 'help', 'up --help', 'on --help', 'status -h'];
    expect(lines.map((line) => read(line).do)).toEqual(lines.map(() => 'help'));
  });

  it('has defaults', () => {
    expect(read('up')).toEqual({ do: 'up', name: 'lab', nodes: 3, network: null });
    expect(read('fault mtu-too-big')).toMatchObject({ node: 'node2', peer: 'node3', fault: 'mtu-too-big' });
    expect(read('deploy')).toEqual({ do: 'deploy', name: 'lab', mode: 'remediate', json: false });
  });

  it('takes options on either side of what they belong to', () => {
    expect(read('up --nodes 5 --network routed --name b')).toEqual({
      do: 'up',
      name: 'b',
      nodes: 5,
      network: 'routed',
    });
    expect(read('heal --peer node1 x --node node4')).toMatchObject({
      do: 'heal',
      fault: 'x',
      node: 'node4',
      peer: 'node1',
    });
  });
});

describe('the name of the lab', () => {
  it('is given, or the environment’s, in this order', () => {
    expect(read('down', { PATHMEDIC_LAB_NAME: 'env' })).toEqual({ do: 'down', name: 'env' });
    expect(read('--name first down', { PATHMEDIC_LAB_NAME: 'env' })).toEqual({ do: 'down', name: 'first' });
    expect(read('--name first down --name last')).toEqual({ do: 'down', name: 'last' });
  });

  it('leaves alone what belongs to another program', () => {
    expect(read('kubectl get pods --name x -A')).toEqual({
      do: 'kubectl',
      name: 'lab',
      args: ['get', 'pods', '--name', 'x', '-A'],
    });
    expect(read('kubectl --name=b get pods')).toEqual({ do: 'kubectl', name: 'b', args: ['get', 'pods'] });
    expect(read('on --name b node2 ls --help')).toEqual({
      do: 'on',
      name: 'b',
      node: 'node2',
      command: ['ls', '--help'],
    });
  });
});

describe('prove', () => {
  it('proves the paths, or the faults that are named, or all of them', () => {
    expect(read('prove --json')).toEqual({ do: 'prove', name: 'lab', json: true });
    const all = { do: 'prove-faults', name: 'lab', faults: [], node: 'node2', peer: 'node3', json: false };
    expect(read('prove --faults')).toEqual(all);
    expect(read('prove --faults one two --node node1 --name b')).toEqual({
      ...all,
      name: 'b',
      faults: ['one', 'two'],
      node: 'node1',
    });
    expect(read('prove one')).toMatchObject({ do: 'refuse' });
  });
});

describe('what cannot be', () => {
  it.each([
    ['upp', /no command upp/],
    ['up --nodes 0', /1 to 9/],
    ['up --nodes 10', /1 to 9/],
    ['up --nodes 2.5', /1 to 9/],
    ['up --network ipip', /vxlan or routed/],
    ['up --json', /Unknown option '--json'/],
    ['up 3', /what is 3 for/],
    ['up --name Big', /cannot be called Big/],
    ['kubectl --name ../up get', /cannot be called/],
    ['fault', /takes the name of a fault/],
    ['fault a b', /what is b for/],
    ['on node2', /a node and a command/],
    ['deploy --mode loud', /advise or remediate/],
  ])('is refused with a reason: %s', (line, why) => {
    const request = read(line);
    expect(request).toMatchObject({ do: 'refuse' });
    expect(request.do === 'refuse' && request.why).toMatch(why);
  });
});
