import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject } from '../../sim/apiserver/json-value.ts';
import { objectAt } from '../../sim/apiserver/json-value.ts';
import { readManifests } from '../../sim/manifests.ts';

const manifests = join(import.meta.dirname, '../../../deploy/manifests');

const files = [
  'base/namespace.yaml',
  'base/coordinator-rbac.yaml',
  'base/coordinator.yaml',
  'base/agent.yaml',
  'remediate/executor-rbac.yaml',
  'remediate/executor.yaml',
  'flannel/rbac.yaml',
];

/** What `kubectl apply -k` of remediate, flannel and a canary in `canaryNamespace` would apply: the files of deploy/. */
export async function productManifests(canaryNamespace: string): Promise<JsonObject[]> {
  const read = async (file: string): Promise<JsonObject[]> =>
    readManifests(await readFile(join(manifests, file), 'utf8'));
  const objects = (await Promise.all(files.map(read))).flat();
  const canary = (await read('canary/canary.yaml')).map((object) => ({
    ...object,
    metadata: { ...objectAt(object, 'metadata'), namespace: canaryNamespace },
  }));
  return [...objects, ...canary];
}
