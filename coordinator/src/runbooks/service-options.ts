import type { ObjectRef } from '../domain/object-ref.ts';
import type { ClusterFacts } from '../facts/cluster-facts.ts';
import { refOf } from '../facts/object-ref-of.ts';
import type { Meta, PodRecord, ServiceRecord } from '../facts/records.ts';
import type { Unbacked } from '../facts/service-backing.ts';

/** What makes these pods: their DaemonSet, or the Deployment behind their ReplicaSet; null for anything else. */
export function workloadOf(
  facts: ClusterFacts,
  pods: readonly PodRecord[],
): { ref: ObjectRef; meta: Meta } | null {
  const owner = pods[0]?.meta.owner ?? null;
  if (owner === null) return null;
  const daemonSet = facts.daemonSets.find(({ meta }) => meta.uid === owner.uid);
  if (daemonSet !== undefined) return { ref: refOf('DaemonSet', daemonSet.meta), meta: daemonSet.meta };
  // ReplicaSets are not watched: theirs is the Deployment's name and a hash.
  const name = owner.kind === 'ReplicaSet' ? owner.name.replace(/-[a-z0-9]+$/, '') : '';
  const deployment = facts.deployments.find(
    ({ meta }) => meta.namespace === pods[0]?.meta.namespace && meta.name === name,
  );
  return deployment === undefined
    ? null
    : { ref: refOf('Deployment', deployment.meta), meta: deployment.meta };
}

/** What people can do about a Service without endpoints: exact commands, with what each of them changes. */
export function backingOptions(facts: ClusterFacts, service: ServiceRecord, found: Unbacked): string[] {
  const { selector } = service;
  const { namespace, name } = service.meta;
  const labels = Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  switch (found.why) {
    case 'selects-nothing': {
      const see = `See who wrote it and what there is: kubectl -n ${namespace} get service ${name} -o yaml --show-managed-fields; kubectl -n ${namespace} get pods --show-labels`;
      if (found.near === null) return [see];
      const patched = Object.fromEntries(found.near.misses.map(({ key, present }) => [key, present]));
      const patch = JSON.stringify({ spec: { selector: patched } });
      return [
        `Let it select them again: kubectl -n ${namespace} patch service ${name} --type=merge -p '${patch}'. Its traffic goes to ${found.near.pods.length} pods within a second or two; nothing restarts.`,
        `If the new selector is meant, give the pods' workload the labels ${labels} in its template: its pods are replaced.`,
        see,
      ];
    }
    case 'not-ready': {
      const [pod] = found.pods;
      const first = pod?.meta.name ?? '';
      const workload = workloadOf(facts, found.pods);
      const owner = workload === null ? null : `${workload.ref.kind.toLowerCase()}/${workload.ref.name}`;
      return [
        `Why they are not ready: kubectl -n ${namespace} describe pod ${first}; kubectl -n ${namespace} logs ${first} --all-containers --tail=50 (and --previous)`,
        ...(owner === null
          ? []
          : [
              `If a release came before it: kubectl -n ${namespace} rollout history ${owner}, and kubectl -n ${namespace} rollout undo ${owner} goes back one; its pods are replaced.`,
            ]),
        `See when the endpoints went: kubectl -n ${namespace} get endpointslices -l kubernetes.io/service-name=${name} -o yaml; kubectl -n ${namespace} get events --sort-by=.lastTimestamp`,
      ];
    }
    case 'no-pods':
      return [
        `What refuses its pods: kubectl -n ${namespace} get events --field-selector reason=FailedCreate; kubectl -n ${namespace} describe resourcequota`,
        `State of the workload: kubectl -n ${namespace} get deploy,rs,ds,pods -l ${labels}`,
      ];
    case 'scaled-to-zero':
      return [
        `kubectl -n ${namespace} scale deployment/${found.workload.meta.name} --replicas=1 starts it again.`,
      ];
  }
}
