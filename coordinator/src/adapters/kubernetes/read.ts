import type { ObjectRef } from '../../domain/object-ref.ts';
import type { RawObject } from '../../domain/raw-object.ts';
import type { ReadResult } from '../../ports/cluster.ts';
import { describeFailure, type ApiClient } from './api-client.ts';
import { objectPath } from './resource-path.ts';
import { jsonOf } from './trim/json-fields.ts';

/** Reads one object fresh. An object of that name with another UID than asked for is not the one meant: not found. */
export async function readObject(api: ApiClient, ref: ObjectRef): Promise<ReadResult> {
  const answer = await api.json({ method: 'GET', path: objectPath(ref) });
  if (answer.type === 'ok') {
    const object = asObject(answer.value);
    if (object === null) return { ok: false, reason: 'unavailable', detail: 'the answer was no object' };
    if (ref.uid !== undefined && uidOf(object) !== ref.uid) return { ok: false, reason: 'not-found' };
    return { ok: true, object };
  }
  if (answer.type === 'refused' && answer.refusal.code === 404) return { ok: false, reason: 'not-found' };
  const denied = answer.type === 'refused' && (answer.refusal.code === 403 || answer.refusal.code === 401);
  return { ok: false, reason: denied ? 'forbidden' : 'unavailable', detail: describeFailure(answer) };
}

function asObject(value: unknown): RawObject | null {
  const json = jsonOf(value);
  return json !== null && typeof json === 'object' && !Array.isArray(json) ? json : null;
}

function uidOf(object: RawObject): string {
  const metadata = object['metadata'];
  if (metadata === null || typeof metadata !== 'object' || Array.isArray(metadata)) return '';
  const uid = metadata['uid'];
  return typeof uid === 'string' ? uid : '';
}
