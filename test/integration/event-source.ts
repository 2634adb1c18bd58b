/** What came over one event stream so far. */
export interface FollowedEvents {
  /** Numbers of the entries, in order of arrival. */
  entries(): number[];
  /** Data of the last event of that name. */
  last(name: string): unknown;
  /** Settles when the other side has closed. */
  ended: Promise<void>;
  close(): Promise<void>;
}

/** Follows a `text/event-stream` with headers of one's own, which a browser's EventSource does not allow. */
export async function followEvents(url: string, headers: Record<string, string>): Promise<FollowedEvents> {
  const abort = new AbortController();
  const response = await fetch(url, { headers, signal: abort.signal });
  if (response.status !== 200 || response.body === null) throw new Error(`answered ${response.status}`);
  const numbers: number[] = [];
  const lasts = new Map<string, unknown>();
  const read = async (body: ReadableStream<Uint8Array>): Promise<void> => {
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of body) {
      text += decoder.decode(chunk, { stream: true });
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        take(text.slice(0, end));
        text = text.slice(end + 2);
      }
    }
  };
  function take(block: string): void {
    const field = (name: string): string | undefined =>
      block
        .split('\n')
        .find((line) => line.startsWith(`${name}: `))
        ?.slice(name.length + 2);
    const name = field('event');
    if (name === undefined) return;
    lasts.set(name, JSON.parse(field('data') ?? 'null'));
    if (name === 'entry') numbers.push(Number(field('id')));
  }
  const ended = read(response.body).catch(() => undefined);
  return {
    entries: () => [...numbers],
    last: (name) => lasts.get(name),
    ended,
    async close() {
      abort.abort();
      await ended;
    },
  };
}
