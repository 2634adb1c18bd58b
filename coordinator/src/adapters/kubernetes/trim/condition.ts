import type { Condition } from '../../../facts/records.ts';
import { fieldsOf, listOf, shortText, textOf, timeMsOf } from './json-fields.ts';

export function trimConditions(value: unknown): Condition[] {
  return listOf(value).map((item) => {
    const { type, status, reason, message, lastTransitionTime } = fieldsOf(item);
    return {
      type: textOf(type),
      status: textOf(status),
      reason: textOf(reason),
      message: shortText(message, 400),
      sinceMs: timeMsOf(lastTransitionTime),
    };
  });
}
