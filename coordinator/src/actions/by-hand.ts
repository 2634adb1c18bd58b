import { stringify } from 'yaml';
import type { Json, JsonPatchOperation } from '../domain/action.ts';
import type { ObjectRef } from '../domain/object-ref.ts';

/** Commands that a person would run with kubectl to do the same. */

const RESOURCE: Partial<Record<ObjectRef['kind'], string>> = {
  Pod: 'pod',
  DaemonSet: 'daemonset',
  Deployment: 'deployment',
  ConfigMap: 'configmap',
  NetworkPolicy: 'networkpolicy',
};

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function kubectl(ref: ObjectRef, verb: string): string {
  const resource = RESOURCE[ref.kind] ?? ref.kind.toLowerCase();
  return `kubectl -n ${ref.namespace} ${verb} ${resource}/${ref.name}`;
}

function rolloutStatus(ref: ObjectRef, timeoutMs: number): string {
  return `${kubectl(ref, 'rollout status')} --timeout=${Math.ceil(timeoutMs / 1000)}s`;
}

export function deleteByHand(ref: ObjectRef): string {
  return kubectl(ref, 'delete');
}

export function restartByHand(ref: ObjectRef, timeoutMs: number): string {
  return `${kubectl(ref, 'rollout restart')}\n${rolloutStatus(ref, timeoutMs)}`;
}

export function scaleByHand(ref: ObjectRef, from: number, to: number, timeoutMs: number): string {
  return `${kubectl(ref, 'scale')} --current-replicas=${from} --replicas=${to}\n${rolloutStatus(ref, timeoutMs)}`;
}

/** The very same JSON Patch, with its tests: refused when the object has changed meanwhile. */
export function patchByHand(
  ref: ObjectRef,
  patch: readonly JsonPatchOperation[],
  rolloutTimeoutMs: number | null,
): string {
  const command = `${kubectl(ref, 'patch')} --type=json -p ${shellQuoted(JSON.stringify(patch))}`;
  return rolloutTimeoutMs === null ? command : `${command}\n${rolloutStatus(ref, rolloutTimeoutMs)}`;
}

/** A merge patch as readable YAML on standard input; touches only the named fields. */
export function mergeByHand(ref: ObjectRef, merge: Json): string {
  const yaml = stringify(merge, { lineWidth: 0, blockQuote: 'literal', version: '1.1' });
  return `${kubectl(ref, 'patch')} --type=merge --patch-file=/dev/stdin <<'END_OF_PATCH'\n${yaml}END_OF_PATCH`;
}
