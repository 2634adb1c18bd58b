import { useEffect, useState } from 'preact/hooks';

/** Where in the console somebody is. */
export type Route = { at: 'list' } | { at: 'incident'; id: string } | { at: 'login'; next: string };

/** The route of a path and query. */
export function parseRoute(pathname: string, search: string): Route {
  const incident = /^\/incidents\/([^/]+)$/.exec(pathname)?.[1];
  if (incident !== undefined) return { at: 'incident', id: decodeURIComponent(incident) };
  if (pathname === '/login') return { at: 'login', next: localPath(new URLSearchParams(search).get('next')) };
  return { at: 'list' };
}

/** Only a path of this console: a link to the login must not lead on to another site. */
export function localPath(next: string | null): string {
  return next !== null && /^\/(?![/\\])[\w\-./%]*$/.test(next) ? next : '/';
}

/** Goes to another place of the console without loading the page anew. */
export function navigate(path: string): void {
  history.pushState(null, '', path);
  dispatchEvent(new PopStateEvent('popstate'));
}

/** The route of the address bar. */
export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(location.pathname, location.search));
  useEffect(() => {
    const update = (): void => setRoute(parseRoute(location.pathname, location.search));
    addEventListener('popstate', update);
    return () => removeEventListener('popstate', update);
  }, []);
  return route;
}
