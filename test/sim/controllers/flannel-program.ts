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

/** A line as klog writes it. */
function klog(severity: 'I' | 'E', atMs: number, source: string, text: string): string {
  const iso = new Date(atMs).toISOString();
  return `${severity}${iso.slice(5, 7)}${iso.slice(8, 10)} ${iso.slice(11, 23)}000       1 ${source}] ${text}`;
}

/** flanneld with its CNI installer: needs net-conf.json and the node's podCIDR inside it, then brings up the overlay. */
export function flannelProgram(client: SystemClient, timing: Timing): PodProgram {
  return (context) => {
    const info = (text: string): string => klog('I', context.clock.nowMs(), 'main.go:200', text);
    const error = (text: string): string => klog('E', context.clock.nowMs(), 'main.go:370', text);
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
    context.log(info(`Determining IP address of default interface`));
    context.log(info(`Using interface with name eth0 and address ${context.node.hostAddress}`));
    if (range === undefined)
      return fail(
        error(
          `Failed to create SubnetManager: error parsing subnet config: invalid Network in net-conf.json`,
        ),
      );
    if (podCidr === undefined)
      return fail(
        error(`Error registering network: failed to acquire lease: node "${node}" pod cidr not assigned`),
      );
    if (!cidrContains(range, podCidr.split('/')[0] ?? '')) {
      return fail(
        error(
          `Error registering network: failed to acquire lease: subnet "${network}" specified in the flannel net config doesn't contain "${podCidr}" PodCIDR of the "${node}" node`,
        ),
      );
    }
    const timer = context.clock.after(timing.readinessMs, () => {
      context.log(info(`Wrote subnet file to /run/flannel/subnet.env`));
      context.log(info(`Running backend.`));
      context.node.configureCni();
      context.setReady(true);
    });
    return { stop: () => timer.cancel() };
  };
}
