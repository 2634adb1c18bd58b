import { expect, it } from 'vitest';
import { gatewayAddress, nodeAddress, podCidr, serviceCidr } from './lab-addresses.ts';
import {
  isLabName,
  maxNodes,
  nodeGroup,
  nodeName,
  nodeNamespace,
  nodeNumber,
  outerNamespace,
} from './lab-names.ts';

it('never takes something of one lab for something of another', () => {
  expect(nodeNamespace('a', 'node1')).not.toBe(outerNamespace('a-node1'));
  expect(nodeNamespace('a', 'node1').startsWith(`${outerNamespace('a')}.`)).toBe(true);
  expect(nodeGroup('a', 'node1')).not.toBe(nodeGroup('a-node1', ''));
});

it('takes only names that are good for folders, cgroups and namespaces', () => {
  const good = ['lab', 'a', 'e2e-2', 'abcdefghijklmnopqrst'];
  const bad = ['', '-a', '2a', 'A', 'a.node1', '..', 'a/b', 'a b', 'abcdefghijklmnopqrstu'];
  expect([...good, ...bad].filter(isLabName)).toEqual(good);
});

it('gives every node an address of its own, beside the gateway, pods and services', () => {
  const nodes = Array.from({ length: maxNodes }, (_, i) => nodeName(i + 1));
  const addresses = nodes.map(nodeAddress);
  expect(new Set([...addresses, gatewayAddress]).size).toBe(maxNodes + 1);
  for (const address of addresses) expect(address).toMatch(/^198\.18\.0\.\d+$/);
  for (const range of [podCidr, serviceCidr]) expect(range.startsWith('198.18.0.')).toBe(false);
  expect(nodes.map(nodeNumber)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(nodeNumber('node10')).toBeNull();
  expect(nodeNumber('node01')).toBeNull();
  expect(() => nodeAddress('node2; reboot')).toThrow(/no node/);
});
