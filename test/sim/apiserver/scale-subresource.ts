import type { ApiObject } from './api-object.ts';
import { asJson } from './api-object.ts';
import { badRequest, invalid } from './api-error.ts';
import { notNegative } from './field-problem.ts';
import type { JsonObject } from './json-value.ts';
import { numberAt, objectAt, stringAt } from './json-value.ts';
import { formatSelector } from './label-selector.ts';
import { decodeAs, ModelMismatch } from './object-model.ts';

/** The Scale of a Deployment or ReplicaSet. */
export function scaleOf(object: ApiObject): JsonObject {
  const json = asJson(object);
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace: namespace ?? '', uid, resourceVersion, creationTimestamp },
    spec: { replicas: numberAt(json, 'spec', 'replicas') ?? 0 },
    // The selector passed the model check when it was stored.
    status: {
      replicas: numberAt(json, 'status', 'replicas') ?? 0,
      selector: formatSelector(objectAt(json, 'spec', 'selector')),
    },
  };
}

/** The object that a written Scale asks for; carries the Scale's resourceVersion, so that staleness shows. */
export function applyScale(object: ApiObject, body: JsonObject): JsonObject {
  let scale: JsonObject;
  try {
    scale = decodeAs(body, 'V1Scale');
  } catch (error) {
    if (error instanceof ModelMismatch)
      throw badRequest(`Scale in version "v1" cannot be handled as a Scale: ${error.message}`);
    throw error;
  }
  const replicas = numberAt(scale, 'spec', 'replicas') ?? 0;
  const problems = notNegative('spec.replicas', replicas);
  if (problems.length > 0) {
    throw invalid(
      { group: 'autoscaling', resource: 'scales', kind: 'Scale' },
      stringAt(scale, 'metadata', 'name') ?? '',
      problems,
    );
  }
  const json = asJson(object);
  const version = stringAt(scale, 'metadata', 'resourceVersion');
  const metadata = { ...objectAt(json, 'metadata') };
  if (version === undefined) delete metadata['resourceVersion'];
  else metadata['resourceVersion'] = version;
  return { ...json, metadata, spec: { ...objectAt(json, 'spec'), replicas } };
}
