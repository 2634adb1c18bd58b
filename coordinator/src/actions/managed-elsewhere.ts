import { formatRef } from '../domain/object-ref.ts';
import type { ClusterFacts } from '../facts/cluster-facts.ts';
import { managedByOf } from '../facts/managed-by.ts';
import type { Meta } from '../facts/records.ts';
import type { PlanInput } from './catalogue-entry.ts';
import { type Refusal, refuse } from './refusal.ts';
import type { TargetObject } from './target-object.ts';

export type Managed = NonNullable<Meta['managedBy']>;

/** Where the lasting change belongs, for each kind of manager. */
export const SOURCE: Readonly<Record<Managed['by'], string>> = {
  helm: 'change the values of the release and upgrade it',
  argo: 'change it in the repository that Argo CD applies',
  flux: 'change it in the repository that Flux applies',
  operator: 'change the custom resource that the operator acts on',
  'addon-manager': 'change the add-on’s own configuration',
  'cloud-provider': 'change it through the provider’s add-on configuration',
};

function recordedManager(target: TargetObject, facts: ClusterFacts): Managed | null {
  const lists: Partial<Record<string, readonly { meta: Meta }[]>> = {
    DaemonSet: facts.daemonSets,
    Deployment: facts.deployments,
    ConfigMap: facts.configMaps,
    NetworkPolicy: facts.networkPolicies,
  };
  return lists[target.ref.kind]?.find(({ meta }) => meta.uid === target.ref.uid)?.meta.managedBy ?? null;
}

/** Who manages the target besides people, from the watch's record and from the object itself. */
export function managerOf(target: TargetObject, facts: ClusterFacts): Managed | null {
  return recordedManager(target, facts) ?? managedByOf(target);
}

/** Refuses to change an object that somebody would put back, and says where the change belongs. */
export function refuseIfManaged(
  target: TargetObject,
  { facts, managed: how }: Pick<PlanInput, 'facts' | 'managed'>,
): Refusal | null {
  const managed = how === 'show' ? null : managerOf(target, facts);
  if (managed === null) return null;
  return refuse(
    'managed-elsewhere',
    `${formatRef(target.ref)} is managed by ${managed.detail}, which would put it back: ${SOURCE[managed.by]}`,
  );
}

/** A restart only stamps the template: Helm leaves that alone, whoever reconciles does not. */
export function refuseRestartIfManaged(
  target: TargetObject,
  input: Pick<PlanInput, 'facts' | 'managed'>,
): Refusal | null {
  return managerOf(target, input.facts)?.by === 'helm' ? null : refuseIfManaged(target, input);
}
