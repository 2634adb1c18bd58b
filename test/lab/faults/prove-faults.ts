import { controlNode } from '../lab-names.ts';
import { faultPlace } from '../fault-place.ts';
import type { Lab, LabNetwork } from '../lab.ts';
import type { Fault, FaultPlace, Measurement } from './fault.ts';
import { faults } from './registry.ts';

/** `failed`: at `stage`, something else than expected was measured, or a call rejected. */
export type FaultProof = { fault: string; tookMs: number } & (
  | { outcome: 'proven'; injectMs: number; healMs: number }
  | { outcome: 'skipped'; why: string }
  | {
      outcome: 'failed';
      stage: 'healthy before' | 'inject' | 'faulty' | 'heal' | 'healthy after';
      why: string;
    }
);

/** The node that is broken, and one it talks to. */
export interface FaultNodes {
  node: string;
  peer: string;
}

/** Longer than the control plane needs to take a silent node for NotReady. */
const showsWithinMs = 100_000;
const pauseMs = 1500;

/**
 * Healthy, inject, faulty, heal, healthy: for the named faults (none: all), one after the other. Each state has to be
 * measured twice in a row. A fault is healed whatever went wrong before. Rejects for a name that no fault has, for
 * a node that does not run, and between two faults when `signal` is aborted.
 */
export async function proveFaults(
  lab: Lab,
  names: readonly string[],
  nodes: FaultNodes,
  say: (line: string) => void,
  { known = faults, signal }: { known?: readonly Fault[]; signal?: AbortSignal } = {},
): Promise<FaultProof[]> {
  const chosen = names.length === 0 ? known : names.map((name) => faultOfName(name, known));
  const running = await lab.nodes();
  for (const name of [nodes.node, nodes.peer]) {
    if (!running.includes(name)) throw new Error(`${name} does not run; there are ${running.join(', ')}`);
  }
  const proofs: FaultProof[] = [];
  for (const fault of chosen) {
    signal?.throwIfAborted();
    const startMs = performance.now();
    const why = whyNotThere(fault, lab.network, nodes);
    say(`${fault.name}: ${fault.about}`);
    const result =
      why === null
        ? await proveOne(faultPlace(lab, nodes.node, nodes.peer, fault.name), fault, say)
        : skipped(why);
    const proof: FaultProof = {
      fault: fault.name,
      tookMs: Math.round(performance.now() - startMs),
      ...result,
    };
    say(proofLine(proof));
    proofs.push(proof);
  }
  return proofs;
}

/** Why a fault does not exist at such a place, or null when it does. */
export function whyNotThere(fault: Fault, network: LabNetwork, { node, peer }: FaultNodes): string | null {
  if (node === peer) return `node and peer are both ${node}`;
  if (fault.networks !== undefined && !fault.networks.includes(network)) {
    return `needs the network ${fault.networks.join(' or ')}, this lab's is ${network}`;
  }
  if (fault.nodes === 'workers' && node === controlNode)
    return `${node} runs the control plane, which it would end`;
  return null;
}

/** @throws for a name that no fault has */
function faultOfName(name: string, known: readonly Fault[]): Fault {
  const fault = known.find((candidate) => candidate.name === name);
  if (fault === undefined) throw new Error(`no such fault: ${name}`);
  return fault;
}

/** One line a fault, and how many of each outcome. */
export function proofTable(proofs: readonly FaultProof[]): string {
  const count = (outcome: FaultProof['outcome']): number =>
    proofs.filter((p) => p.outcome === outcome).length;
  const total = `${count('proven')} proven, ${count('failed')} failed, ${count('skipped')} skipped`;
  return [...proofs.map(proofLine), total].join('\n');
}

/** 0 when none failed and at least one was proven. */
export function proofExitCode(proofs: readonly FaultProof[]): number {
  return proofs.some((p) => p.outcome === 'failed') || !proofs.some((p) => p.outcome === 'proven') ? 1 : 0;
}

function proofLine(proof: FaultProof): string {
  const name = proof.fault.padEnd(28);
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  switch (proof.outcome) {
    case 'proven':
      return `PASS ${name} inject ${seconds(proof.injectMs)}, heal ${seconds(proof.healMs)}, in all ${seconds(proof.tookMs)}`;
    case 'skipped':
      return `skip ${name} ${proof.why}`;
    case 'failed':
      return `FAIL ${name} ${proof.stage}: ${proof.why}`;
  }
}

type Result = FaultProof extends infer P ? (P extends unknown ? Omit<P, 'fault' | 'tookMs'> : never) : never;

function skipped(why: string): Result {
  return { outcome: 'skipped', why };
}

async function proveOne(place: FaultPlace, fault: Fault, say: (line: string) => void): Promise<Result> {
  const failed = (stage: Extract<Result, { stage: unknown }>['stage'], why: string): Result => ({
    outcome: 'failed',
    stage,
    why,
  });
  const before = await settled(place, fault, 'healthy', say);
  if (before !== null) return failed('healthy before', before);
  const inject = await timed(() => fault.inject(place));
  const shown = inject.error === null ? await settled(place, fault, 'faulty', say) : null;
  const heal = await timed(() => fault.heal(place));
  if (inject.error !== null) return failed('inject', inject.error);
  if (shown !== null) return failed('faulty', shown);
  if (heal.error !== null) return failed('heal', heal.error);
  const after = await settled(place, fault, 'healthy', say);
  if (after !== null) return failed('healthy after', after);
  return { outcome: 'proven', injectMs: inject.tookMs, healMs: heal.tookMs };
}

async function timed(act: () => Promise<void>): Promise<{ tookMs: number; error: string | null }> {
  const startMs = performance.now();
  const error = await act().then(() => null, text);
  return { tookMs: performance.now() - startMs, error };
}

/** Null once the state was measured twice in a row, otherwise what was measured last. */
async function settled(
  place: FaultPlace,
  fault: Fault,
  state: Measurement['state'],
  say: (line: string) => void,
): Promise<string | null> {
  const deadlineMs = performance.now() + showsWithinMs;
  let inARow = 0;
  for (;;) {
    const measured = await fault
      .measure(place)
      .catch((error: unknown): Measurement => ({ state: 'unmeasured', lines: [text(error)] }));
    inARow = measured.state === state ? inARow + 1 : 0;
    const late = performance.now() > deadlineMs;
    if (inARow === 2 || late)
      for (const line of measured.lines) say(`  ${measured.state.padEnd(10)} ${line}`);
    if (inARow === 2) return null;
    if (late) return `${measured.state} instead of ${state}: ${measured.lines.join(' | ')}`;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
