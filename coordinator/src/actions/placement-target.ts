import type { PlanInput } from './catalogue-entry.ts';
import { refuseIfManaged } from './managed-elsewhere.ts';
import { daemonSetTarget, refuseIfImageMissing } from './workload-target.ts';

/** The DaemonSet that a request names, unless changing where its pods may run is somebody else's, or unsafe now. */
export function placementTarget(input: PlanInput): ReturnType<typeof daemonSetTarget> {
  const found = daemonSetTarget(input);
  if (!found.ok) return found;
  return refuseIfManaged(found.target, input) ?? refuseIfImageMissing(found.record, input.facts) ?? found;
}
