import type { CauseId } from '../domain/cause.ts';
import { cniAgentCrash } from './cni-agent-crash.ts';
import { cniAgentNotScheduled } from './cni-agent-not-scheduled.ts';
import { cniNotInitialized } from './cni-not-initialized.ts';
import { cniRights } from './cni-rights.ts';
import { corednsConfig } from './coredns-config.ts';
import { corednsCrash } from './coredns-crash.ts';
import { corednsOverload } from './coredns-overload.ts';
import { corednsUpstream } from './coredns-upstream.ts';
import { datastoreUnreachable } from './datastore-unreachable.ts';
import { hostKernel } from './host-kernel.ts';
import { ipamConflict } from './ipam-conflict.ts';
import { ipamExhausted } from './ipam-exhausted.ts';
import { kubeProxyBroken } from './kube-proxy-broken.ts';
import { mtuMismatch } from './mtu-mismatch.ts';
import { netpolBlocksDns } from './netpol-blocks-dns.ts';
import { netpolBlocksTraffic } from './netpol-blocks-traffic.ts';
import { nodeCidrNotAssigned } from './node-cidr-not-assigned.ts';
import { nodeNotReady } from './node-not-ready.ts';
import { other } from './other.ts';
import { overlayBlocked } from './overlay-blocked.ts';
import { routeMissing } from './route-missing.ts';
import type { Runbook } from './runbook.ts';
import { serviceNoEndpoints } from './service-no-endpoints.ts';
import { signatureRunbook } from './signature-runbook.ts';
import { staleCniState } from './stale-cni-state.ts';

/** Every runbook, in the order in which their checks are shown. */
export const runbooks: readonly Runbook[] = [
  cniAgentNotScheduled,
  cniAgentCrash,
  corednsConfig,
  corednsCrash,
  netpolBlocksDns,
  netpolBlocksTraffic,
  ipamExhausted,
  cniNotInitialized,
  staleCniState,
  cniRights,
  datastoreUnreachable,
  ipamConflict,
  nodeCidrNotAssigned,
  mtuMismatch,
  routeMissing,
  overlayBlocked,
  signatureRunbook('bgp-peer-down', 'BGP sessions', 'BGP sessions are not established'),
  kubeProxyBroken,
  hostKernel,
  corednsUpstream,
  corednsOverload,
  serviceNoEndpoints,
  nodeNotReady,
  other,
];

export function runbookOf(id: CauseId): Runbook | null {
  return runbooks.find((runbook) => runbook.id === id) ?? null;
}
