import type { KubernetesCluster } from './adapters/kubernetes/cluster.ts';
import type { AgentSensing } from './http/http-deps.ts';
import type { Sensing } from './sensing/sensing.ts';
import type { CoordinatorMetrics } from './telemetry/coordinator-metrics.ts';

const retryAfterMs = 2000;

/** Sensing as the agents' routes use it: reports are shed until the cluster has been read, for without it there is no plan. */
export function agentSensing(
  sensing: Pick<Sensing, 'receive' | 'planFor'>,
  cluster: Pick<KubernetesCluster, 'synced'>,
  metrics: Pick<CoordinatorMetrics, 'reported'>,
): AgentSensing {
  return {
    receive(report) {
      const result = sensing.receive(report);
      metrics.reported(result);
      const plan = sensing.planFor(report.agent);
      return plan === null || !cluster.synced()
        ? { ok: false, retryAfterMs }
        : { ok: true, planVersion: plan.version };
    },
    planFor: (agent) => (cluster.synced() ? sensing.planFor(agent) : null),
  };
}
