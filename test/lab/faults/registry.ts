import { cniConfigRemoved } from './cni-config-removed.ts';
import { cniDsNotScheduled } from './cni-ds-not-scheduled.ts';
import { cniDsNotTolerated } from './cni-ds-not-tolerated.ts';
import { cniPluginRemoved } from './cni-plugin-removed.ts';
import { cniQuotaExhausted } from './cni-quota-exhausted.ts';
import { corednsCorefileBroken } from './coredns-corefile-broken.ts';
import { corednsForwardLoop } from './coredns-forward-loop.ts';
import { corednsImageMissing } from './coredns-image-missing.ts';
import { corednsOneBlackholed } from './coredns-one-blackholed.ts';
import { corednsOom } from './coredns-oom.ts';
import { corednsOverloaded } from './coredns-overloaded.ts';
import { corednsScaledToZero } from './coredns-scaled-to-zero.ts';
import { corednsUpstreamDead } from './coredns-upstream-dead.ts';
import { corednsZoneWrong } from './coredns-zone-wrong.ts';
import { duplicatePodCidr } from './duplicate-pod-cidr.ts';
import type { Fault } from './fault.ts';
import { flannelApiUnreachable } from './flannel-api-unreachable.ts';
import { flannelIfaceWrong } from './flannel-iface-wrong.ts';
import { flannelImageMissing } from './flannel-image-missing.ts';
import { flannelNetconfWrong } from './flannel-netconf-wrong.ts';
import { flannelRbacRemoved } from './flannel-rbac-removed.ts';
import { hostFirewallForwardDrop } from './host-firewall-forward-drop.ts';
import { ipForwardOff } from './ip-forward-off.ts';
import { ipamExhausted } from './ipam-exhausted.ts';
import { kubeProxyGone } from './kube-proxy-gone.ts';
import { kubeProxyStale } from './kube-proxy-stale.ts';
import { kubeletStopped } from './kubelet-stopped.ts';
import { mtuTooBig } from './mtu-too-big.ts';
import { networkpolicyBlocksDns } from './networkpolicy-blocks-dns.ts';
import { networkpolicyBlocksTraffic } from './networkpolicy-blocks-traffic.ts';
import { networkpolicyDenyAll } from './networkpolicy-deny-all.ts';
import { nodeCidrNotAssigned } from './node-cidr-not-assigned.ts';
import { nodePowerCut } from './node-power-cut.ts';
import { nodeRouteMissing } from './node-route-missing.ts';
import { nodeRouteWrong } from './node-route-wrong.ts';
import { partialLoss } from './partial-loss.ts';
import { podSearchDomainWrong } from './pod-search-domain-wrong.ts';
import { podTrafficFiltered } from './pod-traffic-filtered.ts';
import { servicePodsNotReady } from './service-pods-not-ready.ts';
import { serviceSelectorWrong } from './service-selector-wrong.ts';
import { staleCniBridge } from './stale-cni-bridge.ts';
import { vxlanBlocked } from './vxlan-blocked.ts';

/** Every fault of the lab, by name. */
export const faults: readonly Fault[] = [
  cniConfigRemoved,
  cniDsNotScheduled,
  cniDsNotTolerated,
  cniPluginRemoved,
  cniQuotaExhausted,
  corednsCorefileBroken,
  corednsForwardLoop,
  corednsImageMissing,
  corednsOneBlackholed,
  corednsOom,
  corednsOverloaded,
  corednsScaledToZero,
  corednsUpstreamDead,
  corednsZoneWrong,
  duplicatePodCidr,
  flannelApiUnreachable,
  flannelIfaceWrong,
  flannelImageMissing,
  flannelNetconfWrong,
  flannelRbacRemoved,
  hostFirewallForwardDrop,
  ipForwardOff,
  ipamExhausted,
  kubeProxyGone,
  kubeProxyStale,
  kubeletStopped,
  mtuTooBig,
  networkpolicyBlocksDns,
  networkpolicyBlocksTraffic,
  networkpolicyDenyAll,
  nodeCidrNotAssigned,
  nodePowerCut,
  nodeRouteMissing,
  nodeRouteWrong,
  partialLoss,
  podSearchDomainWrong,
  podTrafficFiltered,
  servicePodsNotReady,
  serviceSelectorWrong,
  staleCniBridge,
  vxlanBlocked,
];
