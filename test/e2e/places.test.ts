import { describe, expect, it } from 'vitest';
import { choosePlace } from './places.ts';

const nodes = ['node1', 'node2', 'node3'];

describe('choosePlace', () => {
  it('breaks the coordinator’s node, or a worker without it', () => {
    expect(choosePlace(nodes, 'node2', 'with-coordinator')).toEqual({ node: 'node2', peer: 'node3' });
    expect(choosePlace(nodes, 'node2', 'without-coordinator')).toEqual({ node: 'node3', peer: 'node2' });
    expect(choosePlace(nodes, 'node3', 'anywhere')).toEqual({ node: 'node2', peer: 'node3' });
  });

  it('leaves the control plane’s node alone while there is a worker', () => {
    expect(choosePlace(nodes, 'node1', 'without-coordinator')).toEqual({ node: 'node3', peer: 'node2' });
    expect(choosePlace(['node1', 'node2'], 'node2', 'without-coordinator')).toEqual({
      node: 'node1',
      peer: 'node2',
    });
  });
});
