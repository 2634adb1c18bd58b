import type { HttpAnswer, HttpCall } from './web-api/http-call.ts';
export function createControlRoutes(_d: unknown) {
  return async (_c: HttpCall): Promise<HttpAnswer | undefined> => undefined;
}
