import type { DeploymentRecord } from '../../../facts/records.ts';
import { trimConditions } from './condition.ts';
import { fieldsOf, numberOf, textMap } from './json-fields.ts';
import { withLastApplied } from './last-applied.ts';
import { trimMeta } from './meta.ts';
import { trimTemplate } from './template.ts';

export function trimDeployment(raw: unknown): DeploymentRecord | null {
  const object = fieldsOf(raw);
  const meta = trimMeta(object);
  if (meta === null) return null;
  const spec = fieldsOf(object['spec']);
  const status = fieldsOf(object['status']);
  return {
    meta: withLastApplied(meta, object, 'Deployment'),
    selector: textMap(fieldsOf(spec['selector'])['matchLabels']),
    template: trimTemplate(spec['template']),
    // The API server fills the default in; only an object from elsewhere may lack it.
    replicas: spec['replicas'] === undefined ? 1 : numberOf(spec['replicas']),
    statusReplicas: numberOf(status['replicas']),
    ready: numberOf(status['readyReplicas']),
    updated: numberOf(status['updatedReplicas']),
    available: numberOf(status['availableReplicas']),
    observedGeneration: numberOf(status['observedGeneration']),
    strategy: fieldsOf(spec['strategy'])['type'] === 'Recreate' ? 'Recreate' : 'RollingUpdate',
    paused: spec['paused'] === true,
    conditions: trimConditions(status['conditions']),
  };
}
