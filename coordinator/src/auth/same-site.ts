/** Name of the header that only the console's own script sends: a form or an image of another site cannot. */
export const consoleHeader = 'x-pathmedic-console';

export type SameSiteVerdict =
  | { ok: true }
  | { ok: false; reason: 'no-origin' | 'foreign-origin' | 'cross-site' | 'no-console-header' };

/**
 * Whether a request that changes something came from the console itself. Three signs, each needed: the Origin is the host
 * that was asked or the configured address, the browser does not call it cross-site, and the script's own header is there.
 */
export function judgeSameSite(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  publicOrigin: string,
): SameSiteVerdict {
  const { origin, host } = headers;
  if (typeof origin !== 'string') return { ok: false, reason: 'no-origin' };
  const url = URL.canParse(origin) ? new URL(origin) : null;
  // Also through a port-forward or another name: the browser wrote both headers, and the cookie belongs to that host.
  const own = url !== null && (url.origin === publicOrigin || url.host === host);
  if (!own) return { ok: false, reason: 'foreign-origin' };
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return { ok: false, reason: 'cross-site' };
  if (headers[consoleHeader] !== '1') return { ok: false, reason: 'no-console-header' };
  return { ok: true };
}
