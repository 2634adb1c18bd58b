import { auditHeads } from './audit-chain.ts';
import type { AuditExport } from './audit-export.ts';

/** A head that was anchored somewhere, and the number of events that it turned out to cover. */
export interface AnchoredHead {
  head: string;
  /** `closed`: recorded by the close-out in the story itself. `given`: kept elsewhere (process log, Slack). */
  source: 'closed' | 'given';
  /** How many events it covers; null where it covers no beginning of this story. */
  events: number | null;
}

export type AuditVerdict =
  | { result: 'intact'; anchors: AnchoredHead[]; uncovered: number }
  | { result: 'altered'; problems: string[]; anchors: AnchoredHead[] }
  /** The story holds no close-out and no head was given. */
  | { result: 'nothing-to-compare' };

/**
 * Recomputes the chain over exported events and compares it with every head that is known: those of the close-outs, which
 * cover the events before them, and those given, which have to cover some beginning of the story. A head given as its first
 * characters (8 or more, as Slack shows it) counts too. `uncovered` events at the end are after the last head. Pure.
 */
export function checkAudit(key: string, story: AuditExport, given: readonly string[]): AuditVerdict {
  const { incidentId, events } = story;
  const heads = auditHeads(key, incidentId, events);
  const closings = events.flatMap(({ body }, before): AnchoredHead[] => {
    if (body.type !== 'closed') return [];
    const head = typeof body['auditHead'] === 'string' ? body['auditHead'] : '';
    return [{ head, source: 'closed', events: heads[before] === head ? before : null }];
  });
  const fromElsewhere = given.map((text): AnchoredHead => {
    const head = text.toLowerCase();
    const at = heads.findLastIndex((known) => known.startsWith(head));
    return { head, source: 'given', events: at < 0 ? null : at };
  });
  const anchors = [...closings, ...fromElsewhere];
  const problems = [...numberingProblems(story), ...anchors.flatMap(anchorProblem)];
  if (problems.length > 0) return { result: 'altered', problems, anchors };
  if (anchors.length === 0) return { result: 'nothing-to-compare' };
  const covered = Math.max(...anchors.map((anchor) => anchor.events ?? 0));
  return { result: 'intact', anchors, uncovered: events.length - covered };
}

function numberingProblems({ events }: AuditExport): string[] {
  const at = events.findIndex(({ n }, i) => n !== i + 1);
  const event = events[at];
  return event === undefined
    ? []
    : [`Event ${at + 1} has number ${event.n}: one is missing, or they are in another order.`];
}

function anchorProblem({ head, source, events }: AnchoredHead): string[] {
  if (events !== null) return [];
  const short = head.slice(0, 12);
  return source === 'closed'
    ? [`The head ${short} that the close-out recorded is not the one of the events before it.`]
    : [`The head ${short} is not the one of any beginning of this story.`];
}
