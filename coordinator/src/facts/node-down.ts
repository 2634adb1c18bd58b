import type { Condition, NodeRecord } from './records.ts';

/** What the kubelet writes into Ready=False when the runtime reports its network as not ready. */
const NETWORK_NOT_READY =
  /NetworkPluginNotReady|NetworkReady=false|network plugin is not ready|cni (plugin|config)/i;

/** True for a Ready condition that only speaks of the network: then the node itself may be well. */
export function speaksOfNetwork({ type, status, message }: Condition): boolean {
  return type === 'Ready' && status === 'False' && NETWORK_NOT_READY.test(message.slice(0, 2000));
}

/** A node that is not ready for a reason other than its network. */
export interface NodeDown {
  condition: Condition;
  /** The kubelet does not report at all (the controller wrote the condition), or reports trouble. */
  silent: boolean;
  /** MemoryPressure, DiskPressure, PIDPressure, where reported. */
  pressure: string[];
}

const PRESSURE = ['MemoryPressure', 'DiskPressure', 'PIDPressure'];

/** Null for a ready node and for one whose only complaint is its network. */
export function nodeDown(node: NodeRecord): NodeDown | null {
  const condition = node.conditions.find(({ type }) => type === 'Ready');
  if (condition === undefined || condition.status === 'True' || speaksOfNetwork(condition)) return null;
  const pressure = node.conditions
    .filter(({ type, status }) => PRESSURE.includes(type) && status === 'True')
    .map(({ type }) => type);
  return { condition, silent: condition.status === 'Unknown', pressure };
}
