import { expect, it } from 'vitest';
import type { Fault } from '../faults/fault.ts';
import { faults } from '../faults/registry.ts';
import { chooseFault } from './fault-commands.ts';

const lab = { network: 'routed' as const, nodes: ['node1', 'node2', 'node3'] };
const at = { node: 'node2', peer: 'node3' };

function named(fault: string, extra: Partial<Fault> = {}): Fault[] {
  const [some] = faults;
  if (some === undefined) throw new Error('there are no faults');
  const { networks: _networks, nodes: _nodes, ...rest } = some;
  return [{ ...rest, name: fault, ...extra }];
}

it('takes a fault at any node, also at one that is down', () => {
  expect(chooseFault(named('x'), { fault: 'x', ...at }, lab)).toMatchObject({ ok: true });
  expect(chooseFault(named('x'), { fault: 'x', node: 'node4', peer: 'node1' }, lab)).toMatchObject({
    ok: true,
  });
});

it.each<[string, Partial<Fault>, object, RegExp]>([
  ['nobody knows', {}, { fault: 'y' }, /no fault y/],
  ['the network does not have', { networks: ['vxlan'] }, {}, /--network vxlan/],
  ['would end the cluster', { nodes: 'workers' }, { node: 'node1' }, /would end the cluster/],
  ['is at no node', {}, { node: 'nodeX' }, /no node .* nodeX/],
  ['is between a node and itself', {}, { peer: 'node2' }, /same node/],
  ['has no peer', {}, { peer: 'node4' }, /node4 does not run/],
])('refuses a fault that %s', (_, extra, request, why) => {
  const choice = chooseFault(named('x', extra), { fault: 'x', ...at, ...request }, lab);
  expect(choice).toMatchObject({ ok: false });
  expect(!choice.ok && choice.why).toMatch(why);
});
