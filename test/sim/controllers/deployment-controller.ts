import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import { timestamp } from '../apiserver/write-context.ts';
import type { Deployment, ReplicaSet } from '../apiserver/stored-kinds.ts';
import type { Condition } from '../apiserver/stored-pods.ts';
import type { SystemClient } from '../apiserver/system-client.ts';
import { createEventRecorder } from './event-recorder.ts';
import type { EventRecorder } from './event-recorder.ts';
import { amountOf, isOwnedBy, templateHash } from './pod-readiness.ts';
import type { Reconciler } from './reconciler.ts';
import { createReconciler, keyOf, parseKey } from './reconciler.ts';

const MANAGER = 'kube-controller-manager';

interface Deps {
  client: SystemClient;
  clock: Clock;
  events: EventRecorder;
}

/** Bounds of a rolling update: at most `max` pods in all, at least `min` available. */
export function rollingBounds(deployment: Deployment): { max: number; min: number } {
  const { replicas, strategy } = deployment.spec;
  if (strategy.type === 'Recreate') return { max: replicas, min: 0 };
  const surge = amountOf(strategy.rollingUpdate?.maxSurge, replicas, 'up');
  const unavailable = amountOf(strategy.rollingUpdate?.maxUnavailable, replicas, 'down');
  // Both rounding to nothing would stop the roll; upstream then allows one unavailable pod.
  return { max: replicas + surge, min: replicas - (surge === 0 && unavailable === 0 ? 1 : unavailable) };
}

function scale(deps: Deps, deployment: Deployment, replicaSet: ReplicaSet, replicas: number): void {
  if (replicaSet.spec.replicas === replicas) return;
  const of = { namespace: replicaSet.metadata.namespace ?? '', name: replicaSet.metadata.name };
  const direction = replicas > replicaSet.spec.replicas ? 'up' : 'down';
  deps.client.patch('replicasets', of, { spec: { replicas } }, { manager: MANAGER });
  deps.events.record(
    deployment,
    'Normal',
    'ScalingReplicaSet',
    `Scaled ${direction} replica set ${of.name} from ${replicaSet.spec.replicas} to ${replicas}`,
  );
}

function newReplicaSet(deps: Deps, deployment: Deployment, hash: string): ReplicaSet {
  const { name, namespace = '', uid } = deployment.metadata;
  const { template, selector } = deployment.spec;
  const labels = { ...template.metadata.labels, 'pod-template-hash': hash };
  const created = deps.client.create(
    'replicasets',
    {
      metadata: {
        name: `${name}-${hash}`,
        namespace,
        labels,
        ownerReferences: [
          {
            apiVersion: 'apps/v1',
            kind: 'Deployment',
            name,
            uid,
            controller: true,
            blockOwnerDeletion: true,
          },
        ],
      },
      spec: {
        replicas: 0,
        selector: { ...selector, matchLabels: { ...selector.matchLabels, 'pod-template-hash': hash } },
        template: { ...template, metadata: { ...template.metadata, labels } },
      },
    },
    MANAGER,
  );
  return created;
}

function available(replicaSet: ReplicaSet): number {
  return replicaSet.status.availableReplicas ?? 0;
}

function roll(deps: Deps, deployment: Deployment, fresh: ReplicaSet, old: readonly ReplicaSet[]): void {
  const { replicas } = deployment.spec;
  const { max, min } = rollingBounds(deployment);
  const oldTotal = old.reduce((sum, replicaSet) => sum + replicaSet.spec.replicas, 0);
  const recreating =
    deployment.spec.strategy.type === 'Recreate' && old.some((replicaSet) => replicaSet.status.replicas > 0);
  const wanted = recreating
    ? fresh.spec.replicas
    : Math.min(replicas, Math.max(fresh.spec.replicas, max - oldTotal));
  scale(deps, deployment, fresh, replicas < fresh.spec.replicas ? replicas : wanted);
  const started =
    deps.client.get('replicasets', fresh.metadata.namespace ?? '', fresh.metadata.name) ?? fresh;
  // Statuses lag behind: what may go is bounded by the specs too, or two rounds would take the same pod away.
  let room = oldTotal + started.spec.replicas - min - Math.max(0, started.spec.replicas - available(started));
  let spare = old.reduce((sum, replicaSet) => sum + available(replicaSet), available(started)) - min;
  for (const replicaSet of old) {
    const unhealthy = Math.max(0, Math.min(room, replicaSet.spec.replicas - available(replicaSet)));
    const healthy = Math.max(0, Math.min(room - unhealthy, spare, replicaSet.spec.replicas - unhealthy));
    spare -= healthy;
    room -= unhealthy + healthy;
    scale(deps, deployment, replicaSet, replicaSet.spec.replicas - unhealthy - healthy);
  }
}

function condition(
  deployment: Deployment,
  now: string,
  wanted: Omit<Condition, 'lastTransitionTime' | 'lastUpdateTime'>,
): Condition {
  const known = deployment.status.conditions?.find((item) => item.type === wanted.type);
  if (
    known !== undefined &&
    known.status === wanted.status &&
    known.reason === wanted.reason &&
    known.message === wanted.message
  )
    return known;
  const transition = known?.status === wanted.status ? (known.lastTransitionTime ?? now) : now;
  return { ...wanted, lastUpdateTime: now, lastTransitionTime: transition };
}

function writeStatus(
  deps: Deps,
  deployment: Deployment,
  all: readonly ReplicaSet[],
  fresh: ReplicaSet,
): void {
  const sum = (pick: (replicaSet: ReplicaSet) => number): number =>
    all.reduce((total, replicaSet) => total + pick(replicaSet), 0);
  const total = sum((replicaSet) => replicaSet.status.replicas);
  const ready = sum((replicaSet) => replicaSet.status.readyReplicas ?? 0);
  const free = sum(available);
  const updated = fresh.status.replicas;
  const { replicas } = deployment.spec;
  const now = timestamp(deps.clock.nowMs());
  const enough = free >= rollingBounds(deployment).min;
  const complete = updated === replicas && total === replicas && free === replicas;
  const status = {
    observedGeneration: deployment.metadata.generation ?? 0,
    ...(total > 0 ? { replicas: total } : {}),
    ...(updated > 0 ? { updatedReplicas: updated } : {}),
    ...(ready > 0 ? { readyReplicas: ready } : {}),
    ...(free > 0 ? { availableReplicas: free } : {}),
    ...(replicas > free ? { unavailableReplicas: Math.max(replicas, total) - free } : {}),
    conditions: [
      condition(
        deployment,
        now,
        enough
          ? {
              type: 'Available',
              status: 'True',
              reason: 'MinimumReplicasAvailable',
              message: 'Deployment has minimum availability.',
            }
          : {
              type: 'Available',
              status: 'False',
              reason: 'MinimumReplicasUnavailable',
              message: 'Deployment does not have minimum availability.',
            },
      ),
      condition(
        deployment,
        now,
        complete
          ? {
              type: 'Progressing',
              status: 'True',
              reason: 'NewReplicaSetAvailable',
              message: `ReplicaSet "${fresh.metadata.name}" has successfully progressed.`,
            }
          : {
              type: 'Progressing',
              status: 'True',
              reason: 'ReplicaSetUpdated',
              message: `ReplicaSet "${fresh.metadata.name}" is progressing.`,
            },
      ),
    ],
  };
  deps.client.replaceStatus(
    'deployments',
    { namespace: deployment.metadata.namespace ?? '', name: deployment.metadata.name },
    status,
    MANAGER,
  );
}

function reconcile(deps: Deps, key: string): void {
  const { namespace, name } = parseKey(key);
  const deployment = deps.client.get('deployments', namespace, name);
  if (deployment === undefined || deployment.metadata.deletionTimestamp !== undefined) return;
  const hash = templateHash(deployment.spec.template);
  const own = (): ReplicaSet[] =>
    deps.client
      .list('replicasets', namespace)
      .filter((replicaSet) => isOwnedBy(replicaSet, deployment.metadata.uid));
  const isFresh = (replicaSet: ReplicaSet): boolean =>
    replicaSet.metadata.labels?.['pod-template-hash'] === hash;
  const fresh = own().find(isFresh) ?? newReplicaSet(deps, deployment, hash);
  if (deployment.spec.paused !== true)
    roll(
      deps,
      deployment,
      fresh,
      own().filter((replicaSet) => !isFresh(replicaSet)),
    );
  writeStatus(deps, deployment, own(), own().find(isFresh) ?? fresh);
}

/** Rolls Deployments over ReplicaSets within maxSurge and maxUnavailable, writes status and conditions. */
export function startDeploymentController(client: SystemClient, clock: Clock, delayMs: number): Reconciler {
  const deps = {
    client,
    clock,
    events: createEventRecorder(client, clock, { component: 'deployment-controller' }),
  };
  const reconciler = createReconciler(clock, delayMs, (key) => reconcile(deps, key));
  client.subscribe((event) => {
    if (event.resource === 'deployments') reconciler.enqueue(keyOf(event.object));
    if (event.resource !== 'replicasets') return;
    const owner = event.object.metadata.ownerReferences?.find((reference) => reference.kind === 'Deployment');
    if (owner !== undefined) reconciler.enqueue(`${event.object.metadata.namespace ?? ''}/${owner.name}`);
  });
  return reconciler;
}
