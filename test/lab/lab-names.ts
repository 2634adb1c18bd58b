/** The first node: etcd and the control plane run there. */
export const controlNode = 'node1';
/** Certificates are made for as many nodes. */
export const maxNodes = 9;

/** Namespaces, cgroups and folders carry it, so it has to be short and plain. */
export function isLabName(text: string): boolean {
  return /^[a-z][a-z0-9-]{0,19}$/.test(text);
}

export function nodeName(number: number): string {
  return `node${number}`;
}

/** 1 to `maxNodes`, or null when no node of a lab can have that name. */
export function nodeNumber(node: string): number | null {
  const number = Number(/^node([1-9])$/.exec(node)?.[1] ?? 0);
  return number >= 1 && number <= maxNodes ? number : null;
}

/** Network namespace of the bridge between the nodes. */
export function outerNamespace(lab: string): string {
  return `pml-${lab}`;
}

/** A dot, which no lab's name has: node1 of the lab `a` is not taken for a lab `a-node1`. */
export function nodeNamespace(lab: string, node: string): string {
  return `pml-${lab}.${node}`;
}

export function namespacePath(namespace: string): string {
  return `/run/netns/${namespace}`;
}

/** The cgroup that everything of a lab is in, below each hierarchy. */
export function labGroup(lab: string): string {
  return `pml-${lab}`;
}

export function nodeGroup(lab: string, node: string): string {
  return `${labGroup(lab)}/${node}`;
}

/** Of the lab's own programs, which run beside the nodes: a group for each in it. */
export function outsideGroup(lab: string): string {
  return `${labGroup(lab)}/outside`;
}

export function programGroup(lab: string, program: string): string {
  return `${outsideGroup(lab)}/${program}`;
}
