import { createHash } from 'node:crypto';
import type { AgentPlan, CheckSpec } from '@pathmedic/shared/contract/plan.ts';
import type { AgentPod } from './agent-pods.ts';
import type { NetworkPlan } from './plan.ts';
import type { PlanConfig } from './settings.ts';

/** Contract's bound on one plan. */
const maxProbes = 2000;

/** The plan of one agent as it fetches it; the version is a hash of the content, checks included. */
export function renderAgentPlan(
  agent: AgentPod,
  plan: NetworkPlan,
  checks: CheckSpec[],
  config: PlanConfig,
): AgentPlan {
  const content = {
    schema: 1 as const,
    node: agent.node,
    mode: agent.mode,
    windowMs: config.windowMs,
    keys: [...config.keys],
    probes: (plan.byAgent.get(agent.podUid) ?? []).map((entry) => entry.probe).slice(0, maxProbes),
    checks,
  };
  const version = createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 32);
  return { ...content, version };
}
