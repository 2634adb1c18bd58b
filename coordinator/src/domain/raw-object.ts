import type { Json } from './action.ts';

/** A whole object as the API server returned it, for actions to plan on. */
export type RawObject = { [key: string]: Json };

/** `metadata.resourceVersion`, or an empty string where there is none. */
export function resourceVersionOf(object: RawObject): string {
  const metadata = object['metadata'];
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return '';
  const version = metadata['resourceVersion'];
  return typeof version === 'string' ? version : '';
}
