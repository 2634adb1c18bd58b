import type { SystemClient } from '../apiserver/system-client.ts';
import { cidrContains, parseCidr } from '../apiserver/ipv4.ts';
import type { PodProgram } from './pod-program.ts';
import type { Timing } from './timing.ts';

function networkOf(config: string | undefined): string | undefined {
  try {
    const parsed: unknown = JSON.parse(config ?? '');
    if (typeof parsed !== 'object' || parsed === null || !('Network' in parsed)) return undefined;
    return typeof parsed.Network === 'string' ? parsed.Network : undefined;
  } catch {
    return undefined;
  }
}

/** flanneld with its CNI installer: needs net-conf.json and the node's podCIDR inside it, then brings up the overlay. */
export function flannelProgram(client: SystemClient, timing: Timing): PodProgram {
  return (context) => {
    const node = context.node.name;
    const config = context.mounted('kube-flannel-cfg')['net-conf.json'];
    const network = networkOf(config);
    const podCidr = client.get('nodes', '', node)?.spec.podCIDR;
    const range = network === undefined ? undefined : parseCidr(network);
    const fail = (line: string): { stop(): void } => {
      context.log(line);
      context.exit(1);
      return { stop: () => {} };
    };
    context.log(`I flanneld: Determining IP address of default interface`);
    context.log(`I flanneld: Using interface with name eth0 and address ${context.node.hostAddress}`);
    if (range === undefined)
      return fail(
        `E flanneld: Failed to create SubnetManager: error parsing subnet config: invalid Network in net-conf.json`,
      );
    if (podCidr === undefined)
      return fail(
        `E flanneld: Error registering network: failed to acquire lease: node "${node}" pod cidr not assigned`,
      );
    if (!cidrContains(range, podCidr.split('/')[0] ?? '')) {
      return fail(
        `E flanneld: Error registering network: failed to acquire lease: subnet "${network}" specified in the flannel net config doesn't contain "${podCidr}" PodCIDR of the "${node}" node`,
      );
    }
    const timer = context.clock.after(timing.readinessMs, () => {
      context.log(`I flanneld: Wrote subnet file to /run/flannel/subnet.env`);
      context.log(`I flanneld: Running backend.`);
      context.node.configureCni();
      context.setReady(true);
    });
    return { stop: () => timer.cancel() };
  };
}
