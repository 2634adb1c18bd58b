import { managedByOf } from '../../../facts/managed-by.ts';
import type { Meta } from '../../../facts/records.ts';
import {
  fieldsOf,
  listOf,
  numberOf,
  shortText,
  textMap,
  textOf,
  timeMsOf,
  type Fields,
} from './json-fields.ts';
import { writesOf } from './managed-fields.ts';

const longestAnnotation = 256;
/** Whole objects again, inside an annotation. */
const copies = ['kubectl.kubernetes.io/last-applied-configuration'];

/** Metadata of an object; null when it has no name or UID. `writes: 'none'` for kinds that come by the ten thousand. */
export function trimMeta(object: Fields, writes: 'keep' | 'none' = 'keep'): Meta | null {
  const raw = fieldsOf(object['metadata']);
  const name = textOf(raw['name']);
  const uid = textOf(raw['uid']);
  if (name === '' || uid === '') return null;
  const labels = textMap(raw['labels']);
  const annotations = trimAnnotations(raw['annotations']);
  const owners = ownersOf(raw['ownerReferences']);
  const owner = owners.find(({ controller }) => controller);
  const managers = listOf(raw['managedFields']).map((entry) => textOf(fieldsOf(entry)['manager']));
  return {
    name,
    namespace: textOf(raw['namespace']),
    uid,
    labels,
    annotations,
    createdMs: timeMsOf(raw['creationTimestamp']),
    deletingSinceMs: raw['deletionTimestamp'] === undefined ? null : timeMsOf(raw['deletionTimestamp']),
    generation: numberOf(raw['generation']),
    owner: owner === undefined ? null : { kind: owner.kind, name: owner.name, uid: owner.uid },
    writes: writes === 'keep' ? writesOf(raw['managedFields']) : [],
    managedBy: managedByOf({ labels, annotations, owners, managers }),
  };
}

/** Annotations without copies of the object, long values cut. */
export function trimAnnotations(value: unknown): Record<string, string> {
  const kept = Object.entries(textMap(value)).filter(([key]) => !copies.includes(key));
  return Object.fromEntries(kept.map(([key, text]) => [key, shortText(text, longestAnnotation)]));
}

function ownersOf(value: unknown) {
  return listOf(value).map((item) => {
    const { apiVersion, kind, name, uid, controller } = fieldsOf(item);
    return {
      apiVersion: textOf(apiVersion),
      kind: textOf(kind),
      name: textOf(name),
      uid: textOf(uid),
      controller: controller === true,
    };
  });
}
