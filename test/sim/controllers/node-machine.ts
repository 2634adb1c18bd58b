import type { NodeIpam } from './node-ipam.ts';
import { createNodeIpam } from './node-ipam.ts';

/** Whether the node's runtime finds a CNI configuration, and whether the overlay carries its packets. */
export interface CniState {
  configured: boolean;
  overlayUp: boolean;
}

/** What is on a node beside its API object: CNI files, overlay device, address reservations. */
export interface NodeMachine {
  name: string;
  hostAddress: string;
  ipam: NodeIpam;
  cni(): CniState;
  /** The CNI agent has written its configuration and built the overlay. */
  configureCni(): void;
  /** CNI configuration and overlay are gone, as after a reboot; running containers go on. */
  loseCni(): void;
  onChange(listener: () => void): void;
}

export function createNodeMachine(name: string, hostAddress: string, podCidr: string): NodeMachine {
  let state: CniState = { configured: false, overlayUp: false };
  const listeners: (() => void)[] = [];
  function become(next: CniState): void {
    state = next;
    for (const listener of listeners) listener();
  }
  return {
    name,
    hostAddress,
    ipam: createNodeIpam(podCidr),
    cni: () => state,
    configureCni: () => become({ configured: true, overlayUp: true }),
    loseCni: () => become({ configured: false, overlayUp: false }),
    onChange: (listener) => void listeners.push(listener),
  };
}
