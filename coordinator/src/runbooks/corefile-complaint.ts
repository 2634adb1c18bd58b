/** What CoreDNS says about its own Corefile when it refuses it. */
export interface Complaint {
  kind: 'parse' | 'plugin' | 'loop' | 'server';
  /** Line of the Corefile, from 1; null where it names none, or a line of an imported file. */
  line: number | null;
  /** The plugin that complains; empty for the parser. */
  plugin: string;
  text: string;
}

/** A time stamp, a level, or the words of the reload plugin may stand before the message. */
const LEAD =
  /^(?:\S{0,12}\d{4}[-/]\S{1,40}\s)?(?:\S{1,20}\d{2}:\d{2}:\d{2}\S{0,20}\s)?(?:\[(?:FATAL|ERROR)\]\s)?(?:plugin\/reload: Corefile changed but reload failed: |Restart failed: |starting with listener file descriptors: ){0,3}/;
const AT_LINE = /^(\S{1,200}):(\d{1,6}) - (?:Error during parsing|Syntax error): (.{1,400})/;
const OF_PLUGIN = /^plugin\/([a-z0-9_]{1,30}): (.{1,400})/;

/** How plugins begin when they refuse an argument, as far as they name no line. */
const REFUSAL =
  /^(no nameservers found|not an IP address or file|failed to resolve|[^:]{1,60} (must|should) be |unable to |invalid |unknown |unsupported |could ?n.t )/i;

function parseAt(text: string): { line: number | null; text: string } | null {
  const match = AT_LINE.exec(text);
  if (match === null) return null;
  const [, file = '', line = '', message = ''] = match;
  // Another file than the Corefile is an import: its lines are not in this ConfigMap.
  return { line: /(^|\/)Corefile$/.test(file) ? Number(line) : null, text: message };
}

/** Reads one line of CoreDNS's log; null for any line that does not complain about the Corefile. */
export function complaintIn(logLine: string): Complaint | null {
  const line = logLine.slice(0, 1000);
  const lead = LEAD.exec(line)?.[0] ?? '';
  const body = line.slice(lead.length);
  const parsed = parseAt(body);
  if (parsed !== null) return { kind: 'parse', plugin: '', ...parsed };
  if (/^cannot serve \S{1,200} .{0,40}it is already defined/.test(body)) {
    return { kind: 'server', line: null, plugin: '', text: body };
  }
  const match = OF_PLUGIN.exec(body);
  if (match === null) return null;
  const [, plugin = '', message = ''] = match;
  if (plugin === 'loop' && /^(Loop|Forwarding loop|Seen )/.test(message))
    return { kind: 'loop', line: null, plugin, text: message };
  const inside = parseAt(message);
  if (inside !== null) return { kind: 'plugin', plugin, ...inside };
  // `[ERROR] plugin/errors: 2 name. A: ...` and the like report on queries; a refusal is fatal or a failed reload.
  const reports = lead.includes('[ERROR]') && !lead.includes('failed: ');
  return !reports && REFUSAL.test(message) ? { kind: 'plugin', line: null, plugin, text: message } : null;
}

/** Distinct complaints in the order of their first line. */
export function complaintsIn(lines: readonly string[]): Complaint[] {
  const found = new Map<string, Complaint>();
  for (const line of lines) {
    const complaint = complaintIn(line);
    if (complaint !== null)
      found.set(JSON.stringify([complaint.plugin, complaint.line, complaint.text]), complaint);
  }
  return [...found.values()];
}
