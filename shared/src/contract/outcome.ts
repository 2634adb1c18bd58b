import { z } from 'zod';

/**
 * How one probe ended (design: probing).
 * `local-error` (no ports left, event loop starved, own namespace broken) never blames the network;
 * `wrong-identity` means that something answered, but not the pod that owns the address;
 * `dns-rcode` is an answer with another response code than the expected one;
 * `large-lost` means that large packets vanished, each time, while small ones on the same path passed.
 */
export const OutcomeKind = z.enum([
  'ok',
  'refused',
  'reset',
  'timeout',
  'unreachable',
  'dns-rcode',
  'wrong-identity',
  'large-lost',
  'local-error',
]);
export type OutcomeKind = z.infer<typeof OutcomeKind>;

/** Which large packets vanished, and what still passed. Sizes are of whole IP packets, headers included. */
export const SizeLoss = z.strictObject({
  /** Seen from the prober: on the way to the responder, on the way back, or both. */
  direction: z.enum(['out', 'back', 'both']),
  /** The largest packet that the prober's interface sends: what should have passed. */
  mtuBytes: z.number().int().min(68).max(65_536),
  /** The largest packet that did pass (the smaller of both directions); null when it was not searched for. */
  passesBytes: z.number().int().min(28).max(65_536).nullable(),
});
export type SizeLoss = z.infer<typeof SizeLoss>;

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
  /** With `large-lost` only. */
  sizeLoss?: SizeLoss;
}
