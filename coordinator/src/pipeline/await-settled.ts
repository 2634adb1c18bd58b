import { sleep, type Clock } from '@pathmedic/shared/runtime/clock.ts';
import type { Settle } from '../domain/action.ts';
import type { ObjectRef } from '../domain/object-ref.ts';
import { formatRef } from '../domain/object-ref.ts';
import type { Cluster, ReadResult } from '../ports/cluster.ts';
import { replacedState, rolloutState, type SettleState } from './settle-state.ts';

const pollMs = 1000;

/**
 * Waits until a step's effect has settled or its deadline passes; only looks. `onPoll` is called before each further look,
 * `proof` tells what the agents' probes have shown of the step so far (null: nothing yet).
 */
export async function awaitSettled(
  deps: { cluster: Pick<Cluster, 'read'>; clock: Clock },
  settle: Settle,
  onPoll: () => Promise<void>,
  signal: AbortSignal,
  proof: () => Promise<string | null>,
): Promise<{ settled: boolean; detail: string }> {
  if (settle.type === 'none') return { settled: true, detail: 'nothing to wait for' };
  const deadlineMs = deps.clock.monotonicMs() + settle.timeoutMs;
  for (;;) {
    const state =
      settle.type === 'dns-answers' ? provedState(await proof()) : await look(deps.cluster, settle);
    if (state.at === 'settled')
      return { settled: true, detail: state.detail ?? `${formatRef(workloadOf(settle))} is rolled out` };
    if (deps.clock.monotonicMs() >= deadlineMs) {
      return {
        settled: false,
        detail: `not settled in ${Math.round(settle.timeoutMs / 1000)} s: ${state.detail}`.slice(0, 400),
      };
    }
    await sleep(deps.clock, pollMs, signal);
    await onPoll();
  }
}

/** Neither the API server nor the executor can tell whether a pod answers: the coordinator hears the agents. */
function provedState(proof: string | null): SettleState {
  return proof === null
    ? { at: 'settling', detail: 'the agents do not get answers from the new pods yet' }
    : { at: 'settled', detail: proof };
}

function workloadOf(settle: Exclude<Settle, { type: 'none' }>): ObjectRef {
  return settle.type === 'rollout' ? settle.target : settle.owner;
}

async function look(
  cluster: Pick<Cluster, 'read'>,
  settle: Exclude<Settle, { type: 'none' | 'dns-answers' }>,
): Promise<SettleState> {
  const workload = await cluster.read(workloadOf(settle));
  if (!workload.ok) return unreadable(workload);
  if (settle.type === 'rollout') return rolloutState(workload.object);
  const pod = await cluster.read(settle.pod);
  if (pod.ok) return replacedState(settle, pod.object, workload.object);
  return pod.reason === 'not-found' ? replacedState(settle, null, workload.object) : unreadable(pod);
}

function unreadable(result: Exclude<ReadResult, { ok: true }>): SettleState {
  const detail =
    result.reason === 'not-found' ? 'it does not exist any more' : `it could not be read: ${result.detail}`;
  return { at: 'settling', detail };
}
