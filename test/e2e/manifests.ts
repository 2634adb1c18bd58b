import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubernetesObject } from '@kubernetes/client-node';

const manifests = join(import.meta.dirname, '../../deploy/manifests');

/** Objects of one file of deploy/manifests, as a user would apply them. */
export async function readManifest(file: string): Promise<KubernetesObject[]> {
  const documents = parseAllDocuments(await readFile(join(manifests, file), 'utf8'));
  return documents.flatMap((document) => {
    if (document.errors.length > 0) throw new Error(`${file}: ${document.errors[0]?.message ?? 'not YAML'}`);
    const object: unknown = document.toJSON();
    return object === null ? [] : [asObject(file, object)];
  });
}

function asObject(file: string, value: unknown): KubernetesObject {
  if (typeof value === 'object' && value !== null && 'kind' in value && 'apiVersion' in value) {
    return { ...value, kind: String(value.kind), apiVersion: String(value.apiVersion) };
  }
  throw new Error(`${file}: holds something that is no Kubernetes object`);
}

/** The same object with every image replaced that `images` names. */
export function withImages<T extends KubernetesObject>(object: T, images: ReadonlyMap<string, string>): T {
  return JSON.parse(JSON.stringify(object), (key, value: unknown) => {
    if (key !== 'image' || typeof value !== 'string') return value;
    return images.get(value.replace(/:[^:/]+$/, '')) ?? value;
  }) as T;
}
