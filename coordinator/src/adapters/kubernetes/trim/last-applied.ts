import type { Meta } from '../../../facts/records.ts';
import { fieldsOf, textMap, textOf, type Fields } from './json-fields.ts';

const annotation = 'kubectl.kubernetes.io/last-applied-configuration';
const longestCopy = 256 * 1024;
const longestCorefile = 64 * 1024;
const corednsNames = /^(rke2-)?coredns(-|$)/;

/**
 * The metadata of CoreDNS' own objects with what `kubectl apply` was last given for the one field that matters: the
 * Corefile of the ConfigMap, the replicas of the Deployment. All else of the copy stays out, as for every other object.
 */
export function withLastApplied(meta: Meta, object: Fields, kind: 'ConfigMap' | 'Deployment'): Meta {
  if (!corednsNames.test(meta.name)) return meta;
  const kept = keptOf(textMap(fieldsOf(object['metadata'])['annotations'])[annotation], kind);
  if (kept === null) return meta;
  return { ...meta, annotations: { ...meta.annotations, [annotation]: JSON.stringify(kept) } };
}

function keptOf(copy: string | undefined, kind: 'ConfigMap' | 'Deployment'): object | null {
  if (copy === undefined || copy.length > longestCopy) return null;
  const applied = fieldsOf(parsed(copy));
  if (kind === 'Deployment') {
    const replicas = fieldsOf(applied['spec'])['replicas'];
    return Number.isSafeInteger(replicas) ? { spec: { replicas } } : null;
  }
  const corefile = textOf(fieldsOf(applied['data'])['Corefile']);
  return corefile === '' || corefile.length > longestCorefile ? null : { data: { Corefile: corefile } };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
