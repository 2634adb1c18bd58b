import type { Json } from './action.ts';

/** A whole object as the API server returned it, for actions to plan on. */
export type RawObject = { [key: string]: Json };
