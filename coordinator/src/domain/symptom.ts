import { z } from 'zod';
import { ObjectRef } from './object-ref.ts';

/** How far a symptom reaches. Joins symptoms of one fault, keeps two faults apart. */
export const Scope = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('cluster') }),
  z.strictObject({ type: z.literal('dns') }),
  z.strictObject({ type: z.literal('nodes'), nodes: z.array(z.string()).min(1).max(200) }),
  z.strictObject({ type: z.literal('pair'), from: z.string(), to: z.string() }),
  z.strictObject({ type: z.literal('namespace'), namespace: z.string() }),
  z.strictObject({ type: z.literal('service'), namespace: z.string(), name: z.string() }),
]);
export type Scope = z.infer<typeof Scope>;

/** What opened or joined an incident (S1-S6 of the design). */
export const SymptomKind = z.enum([
  'paths-failing',
  'pods-stuck',
  'pod-addresses',
  'service-endpoints',
  'cni-agents',
  'node-network',
  'dns-pods',
  'asked',
]);
export type SymptomKind = z.infer<typeof SymptomKind>;

export const Symptom = z.strictObject({
  kind: SymptomKind,
  /** Stable identity of this symptom; the same key again is the same symptom, updated. */
  key: z.string().min(1).max(300),
  scope: Scope,
  /** Component that locate names, or null for symptoms from cluster state. */
  component: z.string().max(300).nullable(),
  /** What is broken for whom, in plain words, at most one line. */
  headline: z.string().min(1).max(150),
  sinceMs: z.number().int(),
  /** Facts in short lines with numbers ("node2 to 4 of 4 nodes: 0 of 96 probes answered"). */
  lines: z.array(z.string().max(300)).max(12),
  affected: z.strictObject({
    nodes: z.array(z.string()).max(200),
    namespaces: z.array(z.string()).max(100),
    objects: z.array(ObjectRef).max(50),
  }),
  /** Failing paths by id (bounded): what a verification must see healthy again. */
  pathIds: z.array(z.string().max(300)).max(200),
  /** Lost share of the probes on those paths, 0 to 1; null where no probe is involved. */
  lossRate: z.number().min(0).max(1).nullable(),
});
export type Symptom = z.infer<typeof Symptom>;
