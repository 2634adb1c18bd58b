import type { CauseId } from '../domain/cause.ts';
import { cniAgentCrash } from './cni-agent-crash.ts';
import { cniAgentNotScheduled } from './cni-agent-not-scheduled.ts';
import { corednsConfig } from './coredns-config.ts';
import { corednsCrash } from './coredns-crash.ts';
import { corednsUpstream } from './coredns-upstream.ts';
import { ipamConflict } from './ipam-conflict.ts';
import { ipamExhausted } from './ipam-exhausted.ts';
import { kubeProxyBroken } from './kube-proxy-broken.ts';
import { netpolBlocksDns } from './netpol-blocks-dns.ts';
import { netpolBlocksTraffic } from './netpol-blocks-traffic.ts';
import { nodeNotReady } from './node-not-ready.ts';
import { other } from './other.ts';
import { overlayBlocked } from './overlay-blocked.ts';
import { routeMissing } from './route-missing.ts';
import type { Runbook } from './runbook.ts';
import { serviceNoEndpoints } from './service-no-endpoints.ts';
import { signatureRunbook } from './signature-runbook.ts';

/** Every runbook, in the order in which their checks are shown. */
export const runbooks: readonly Runbook[] = [
  cniAgentNotScheduled,
  cniAgentCrash,
  corednsConfig,
  corednsCrash,
  netpolBlocksDns,
  netpolBlocksTraffic,
  ipamExhausted,
  signatureRunbook(
    'cni-not-initialized',
    'CNI configuration on the node',
    'The node has no CNI configuration or plugin',
  ),
  signatureRunbook(
    'stale-cni-state',
    'Left-over CNI state',
    'Left-overs of an earlier CNI or pod are in the way',
  ),
  signatureRunbook(
    'cni-rbac-or-cert-expired',
    'Rights and certificates of the CNI',
    'The CNI’s token, rights or certificate are not accepted',
  ),
  signatureRunbook(
    'datastore-or-apiserver-unreachable',
    'The CNI’s way to its datastore',
    'The CNI cannot reach its datastore or the API server',
  ),
  ipamConflict,
  signatureRunbook('node-cidr-not-assigned', 'Pod range of the node', 'A node has no pod range'),
  signatureRunbook('mtu-mismatch', 'MTU', 'Large packets do not fit'),
  routeMissing,
  overlayBlocked,
  signatureRunbook('bgp-peer-down', 'BGP sessions', 'BGP sessions are not established'),
  kubeProxyBroken,
  signatureRunbook(
    'node-kernel-or-host-firewall',
    'Kernel and host firewall',
    'The node’s kernel drops packets',
  ),
  corednsUpstream,
  serviceNoEndpoints,
  nodeNotReady,
  other,
];

export function runbookOf(id: CauseId): Runbook | null {
  return runbooks.find((runbook) => runbook.id === id) ?? null;
}
