import type { ProbeOutcome } from '@pathmedic/shared/contract/outcome.ts';
import type { ProbeSpec } from '@pathmedic/shared/contract/plan.ts';
import { probeDns } from './dns.ts';
import { probeHttp } from './http.ts';
import { probeMtu } from './mtu.ts';
import type { ProbeDeps } from './probe-deps.ts';
import { probeTcp } from './tcp.ts';
import { probeUdp } from './udp.ts';

/** One probe: a fresh 5-tuple, its own deadline, an outcome whatever happens. Never throws. */
export type Probe = (spec: ProbeSpec, deps: ProbeDeps) => Promise<ProbeOutcome>;

/** The prober for the spec's protocol. */
export const probe: Probe = (spec, deps) => {
  switch (spec.protocol) {
    case 'tcp':
      return probeTcp(spec, deps);
    case 'http':
      return probeHttp(spec, deps);
    case 'udp':
      return probeUdp(spec, deps);
    case 'dns':
      return probeDns(spec, deps);
    case 'mtu':
      return probeMtu(spec, deps);
  }
};
