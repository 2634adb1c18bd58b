import type { EventRecord } from '../../../facts/records.ts';
import { redactText } from '../../../facts/redact.ts';
import { fieldsOf, numberOf, shortText, textOf, timeMsOf } from './json-fields.ts';

/** A core/v1 Event; its message is anybody's text: cut, redacted and cleaned here. */
export function trimEvent(raw: unknown): EventRecord | null {
  const object = fieldsOf(raw);
  const metadata = fieldsOf(object['metadata']);
  if (textOf(metadata['uid']) === '') return null;
  const involved = fieldsOf(object['involvedObject']);
  const source = fieldsOf(object['source']);
  const series = fieldsOf(object['series']);
  const createdMs = timeMsOf(metadata['creationTimestamp']);
  const firstMs = timeMsOf(object['firstTimestamp']) || timeMsOf(object['eventTime']) || createdMs;
  const lastMs = timeMsOf(series['lastObservedTime']) || timeMsOf(object['lastTimestamp']) || firstMs;
  return {
    namespace: textOf(metadata['namespace']),
    type: textOf(object['type']),
    reason: shortText(object['reason'], 128),
    message: redactText(shortText(object['message'], 1024)),
    object: {
      kind: textOf(involved['kind']),
      namespace: textOf(involved['namespace']),
      name: textOf(involved['name']),
    },
    source: textOf(source['component']) || textOf(object['reportingComponent']),
    node: textOf(source['host']),
    count: numberOf(series['count']) || numberOf(object['count']) || 1,
    firstMs,
    lastMs,
  };
}
