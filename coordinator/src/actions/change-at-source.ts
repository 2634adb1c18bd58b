import type { ActionRequest, PlannedAction } from '../domain/action.ts';
import { formatRef } from '../domain/object-ref.ts';
import { SourceChange } from '../domain/proposal.ts';
import type { RawObject } from '../domain/raw-object.ts';
import type { ClusterFacts } from '../facts/cluster-facts.ts';
import { catalogue } from './catalogue.ts';
import { managerOf, type Managed, SOURCE } from './managed-elsewhere.ts';
import { targetObject } from './target-object.ts';

export interface ChangeAtSource {
  changes: SourceChange[];
  /** Whose it is, as a sentence. */
  owned: string;
  /** What an owner can do, each with what follows from it. */
  options: string[];
}

/** What happens to a change that is made in the cluster all the same. */
const BY_HAND: Readonly<Record<Managed['by'], string>> = {
  helm: 'it works at once, and lasts until the next upgrade of the release puts the old state back',
  argo: 'switch off the application’s automatic sync and self-heal first, or it is put back within minutes; then nothing else of the application follows its repository either',
  flux: 'suspend its reconciliation first (flux suspend), or it is put back within minutes; then nothing else of it follows the repository either',
  operator:
    'the operator puts the old state back, usually within seconds; pausing the operator leaves everything else that it looks after unattended',
  'addon-manager': 'it works at once, and the add-on manager puts the old state back at its next look',
  'cloud-provider':
    'it works at once, and the provider puts the old state back at the next update of the add-on',
};

function optionsFor(managed: Managed): string[] {
  const where = SOURCE[managed.by];
  return [
    `${where.charAt(0).toUpperCase()}${where.slice(1)} (${managed.detail}): the change lasts.`,
    `If it cannot wait, make it by hand with the command in the conversation: ${BY_HAND[managed.by]}.`,
  ];
}

interface Shown {
  planned: PlannedAction;
  managed: Managed | null;
}

/**
 * The steps of a plan as somebody would make them who owns the objects: the same diffs as on a card, but nothing here can be
 * approved. Null where the plan cannot be worked out at all, or nothing of it is managed. Pure.
 */
export function changeAtSource(
  requests: readonly ActionRequest[],
  objects: readonly RawObject[],
  facts: ClusterFacts,
  planId: string,
): ChangeAtSource | null {
  const shown: Shown[] = [];
  for (const [i, request] of requests.entries()) {
    const object = objects[i];
    if (object === undefined || request.type === 'escalate') return null;
    const result = catalogue[request.type].plan({ request, object, facts, planId, managed: 'show' });
    if (!result.ok) return null;
    const target = targetObject(request, object, request.target.kind);
    shown.push({ planned: result.planned, managed: target.ok ? managerOf(target.target, facts) : null });
  }
  const [first] = shown.flatMap(({ planned, managed }) =>
    managed === null ? [] : [{ managed, name: formatRef(planned.mutation.target) }],
  );
  const changes = shown.map(changeOf);
  if (first === undefined || !changes.every((change) => SourceChange.safeParse(change).success)) return null;
  const owned = `${first.name} is managed by ${first.managed.detail}, which would put a change here back.`;
  return { changes, owned, options: optionsFor(first.managed) };
}

function changeOf({ planned, managed }: Shown): SourceChange {
  const { title, diff, byHand, mutation } = planned;
  const where =
    managed === null
      ? null
      : `${formatRef(mutation.target)} is managed by ${managed.detail}: ${SOURCE[managed.by]}`.slice(0, 400);
  return { title, where, diff, byHand };
}
