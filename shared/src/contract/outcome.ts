import { z } from 'zod';

/**
 * How one probe ended (design: probing).
 * `local-error` (no ports left, event loop starved, own namespace broken) never blames the network;
 * `wrong-identity` means that something answered, but not the pod that owns the address;
 * `dns-rcode` is an answer with another response code than the expected one.
 */
export const OutcomeKind = z.enum([
  'ok',
  'refused',
  'reset',
  'timeout',
  'unreachable',
  'dns-rcode',
  'wrong-identity',
  'local-error',
]);
export type OutcomeKind = z.infer<typeof OutcomeKind>;

/** How far a probe came before it ended. */
export const ProbePhase = z.enum(['local', 'connect', 'send', 'wait', 'identify', 'done']);
export type ProbePhase = z.infer<typeof ProbePhase>;

/** Result of one probe: what happened, how far it came, how long it took. */
export interface ProbeOutcome {
  kind: OutcomeKind;
  phase: ProbePhase;
  rttSeconds: number;
  /** Short and machine-made (errno, rcode, who answered instead); never a response body. */
  detail?: string;
}
