import type { JsonObject, JsonValue } from '../../sim/apiserver/json-value.ts';
import { arrayAt, isObject, stringAt } from '../../sim/apiserver/json-value.ts';
import type { ProgramContext } from '../../sim/controllers/pod-program.ts';

/**
 * The environment that a kubelet gives a container: `envFrom` ConfigMaps first, then `env` in order, with the downward API
 * and `$(NAME)`. Secrets are not simulated: what refers to them is left out.
 */
export function containerEnvironment(
  { pod, container, address, node }: Pick<ProgramContext, 'pod' | 'container' | 'address' | 'node'>,
  configMapData: (name: string) => Readonly<Record<string, string>>,
): Record<string, string> {
  const fields: Readonly<Record<string, string>> = {
    'metadata.name': pod.metadata.name,
    'metadata.namespace': pod.metadata.namespace ?? '',
    'metadata.uid': pod.metadata.uid,
    'spec.nodeName': pod.spec.nodeName ?? '',
    'status.podIP': address,
    'status.hostIP': node.hostAddress,
  };
  // As stored: the simulation's own type names only what the simulation itself reads.
  const stored = container as unknown as JsonObject;
  const env: Record<string, string> = {};
  for (const source of arrayAt(stored, 'envFrom')) {
    Object.assign(env, configMapData(stringAt(source, 'configMapRef', 'name') ?? ''));
  }
  for (const entry of arrayAt(stored, 'env')) {
    const name = stringAt(entry, 'name');
    const value = valueOf(entry, fields, configMapData);
    if (name === undefined || value === undefined) continue;
    env[name] = value.replaceAll(
      /\$\(([A-Za-z_][A-Za-z0-9_]*)\)/g,
      (whole, other: string) => env[other] ?? whole,
    );
  }
  return env;
}

function valueOf(
  entry: JsonValue,
  fields: Readonly<Record<string, string>>,
  configMapData: (name: string) => Readonly<Record<string, string>>,
): string | undefined {
  const path = stringAt(entry, 'valueFrom', 'fieldRef', 'fieldPath');
  if (path !== undefined) return fields[path];
  const configMap = stringAt(entry, 'valueFrom', 'configMapKeyRef', 'name');
  const key = stringAt(entry, 'valueFrom', 'configMapKeyRef', 'key');
  if (configMap !== undefined && key !== undefined) return configMapData(configMap)[key];
  return isObject(entry) && 'valueFrom' in entry ? undefined : (stringAt(entry, 'value') ?? '');
}
