import type { CauseId } from '@pathmedic/coordinator/domain/cause.ts';
import type { Fault } from '../../lab/faults/fault.ts';

/** Nodes of one run: the broken one, and one it talks to. */
export interface Place {
  node: string;
  peer: string;
}

/** How an incident may end. */
export type Ending =
  /** A plan is proposed, approved and carried out. `changes`: all it may do, as the audit log names it. */
  | { by: 'plan'; changes: readonly RegExp[] }
  /** A cluster owner, or anybody, is asked with something to act on; it closes by itself once the fault is healed by hand. */
  | { by: 'people' };

/** Two faults with the same subject may share an incident: a recurrence re-opens what was closed a while ago. */
export type Subject = 'dns' | 'node' | 'namespace' | 'service';

/** What is expected of the product when a fault of the lab is injected. No word of this reaches the product. */
export interface Expectation {
  /** Name of the lab's fault, which itself says what the true cause is. */
  fault: string;
  subject: Subject;
  /** Further first causes that are no error: the fault does not show more than that. */
  orCauses: readonly CauseId[];
  /** What the incident's title has to say: `NODE` and `PEER` stand for the names of the nodes. */
  title: RegExp;
  /** Acceptable endings. */
  endings: readonly Ending[];
  /** Longest times, seconds: from the fault to the incident, and to the answer; from the answer to the close-out. */
  detectedWithinS: number;
  answeredWithinS: number;
  closedWithinS: number;
}

/** An expectation with the usual times, unless it says otherwise. */
export function expect(
  expectation: Pick<Expectation, 'fault' | 'subject' | 'title' | 'endings'> & Partial<Expectation>,
): Expectation {
  return { orCauses: [], detectedWithinS: 60, answeredWithinS: 150, closedWithinS: 300, ...expectation };
}

export const asksPeople: Ending = { by: 'people' };

export function plan(...changes: readonly RegExp[]): Ending {
  return { by: 'plan', changes };
}

/** Causes that may stand first. */
export function acceptableCauses(
  expectation: Expectation,
  fault: Pick<Fault, 'cause' | 'alsoTrue'>,
): readonly CauseId[] {
  return [fault.cause, ...(fault.alsoTrue ?? []), ...expectation.orCauses];
}

/** The title's pattern with the names of this run's nodes. */
export function titleFor(expectation: Expectation, place: Place): RegExp {
  const source = expectation.title.source
    .replaceAll('NODE', escaped(place.node))
    .replaceAll('PEER', escaped(place.peer));
  return new RegExp(source, expectation.title.flags);
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

/** In words, for the log of a failed run. */
export function inWords(expectation: Expectation, causes: readonly CauseId[]): string {
  const endings = expectation.endings.map((ending) => {
    switch (ending.by) {
      case 'plan':
        return `a plan that only does ${ending.changes.map((c) => c.source).join(' or ')}`;
      case 'people':
        return 'people are asked, with what to do';
    }
  });
  return [
    `one incident within ${expectation.detectedWithinS} s, titled like ${expectation.title.source}`,
    `first cause ${causes.join(' or ')}`,
    `${endings.join(', or ')} within ${expectation.answeredWithinS} s`,
    `closed within another ${expectation.closedWithinS} s after two passes`,
  ].join('; ');
}
