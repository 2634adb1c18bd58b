import { describeFailure, type ApiClient } from '../api-client.ts';
import { fieldsOf, listOf, textOf } from '../trim/json-fields.ts';

export interface ListSettings {
  path: string;
  /** Objects a page: one page at a time is held in memory. */
  pageSize: number;
  timeoutMs: number;
  signal: AbortSignal;
}

export type ListResult =
  /** A watch from here on misses nothing. */
  | { ok: true; resourceVersion: string }
  /** `expired`: the pages belonged to a state that the API server has forgotten; begin again. */
  | { ok: false; reason: 'expired' | 'denied' | 'failed'; detail: string };

/** Reads a collection page by page; `onItems` gets each page's raw objects. */
export async function listPages(
  api: ApiClient,
  { path, pageSize, timeoutMs, signal }: ListSettings,
  onItems: (items: readonly unknown[]) => void,
): Promise<ListResult> {
  let token = '';
  for (;;) {
    const query = new URLSearchParams({
      limit: String(pageSize),
      ...(token === '' ? {} : { continue: token }),
    });
    const answer = await api.json({ method: 'GET', path: `${path}?${query.toString()}`, timeoutMs, signal });
    if (answer.type !== 'ok') {
      const code = answer.type === 'refused' ? answer.refusal.code : 0;
      const reason = code === 410 ? 'expired' : code === 403 ? 'denied' : 'failed';
      return { ok: false, reason, detail: describeFailure(answer) };
    }
    const body = fieldsOf(answer.value);
    const metadata = fieldsOf(body['metadata']);
    onItems(listOf(body['items']));
    token = textOf(metadata['continue']);
    if (token === '') return { ok: true, resourceVersion: textOf(metadata['resourceVersion']) };
  }
}
