/** `node2`, `node2 and node3`, `node2, node3, node4 and 38 more nodes`. */
export function nameNodes(nodes: readonly string[]): string {
  if (nodes.length === 0) return 'no node';
  const [first = '', second = '', third = ''] = nodes;
  if (nodes.length === 1) return first;
  if (nodes.length === 2) return `${first} and ${second}`;
  const shown = nodes.slice(0, 3).join(', ');
  return nodes.length === 3
    ? `${first}, ${second} and ${third}`
    : `${shown} and ${nodes.length - 3} more ${nodes.length === 4 ? 'node' : 'nodes'}`;
}
