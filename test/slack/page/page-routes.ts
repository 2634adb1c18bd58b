import type { HttpAnswer, HttpCall } from '../web-api/http-call.ts';
export function createPageRoutes(_d: unknown) {
  return async (_c: HttpCall): Promise<HttpAnswer | undefined> => undefined;
}
