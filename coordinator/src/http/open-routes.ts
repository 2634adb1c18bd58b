/**
 * The complete list of routes that anybody may call besides /livez and /readyz: the console's shell, which holds nothing
 * of an incident, and the login. A route that is open but not listed here does not start.
 */
export const openRoutes: readonly string[] = [
  'GET /',
  'GET /incidents/:id',
  'GET /login',
  'GET /favicon.svg',
  'GET /assets/:version/:file',
  'POST /v1/login',
  'POST /v1/logout',
];
