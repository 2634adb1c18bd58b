import { fromServer } from './from-server.ts';

/** An answer of the API: what was asked for, or why not, in words. */
export type Answer<T> =
  | { ok: true; value: T }
  /** `status` 0: no answer at all. `reason` is the API's own name for a refused decision. */
  | { ok: false; status: number; words: string; reason: string | null };

/** One request to the API that serves this page. Never throws. */
export async function request<T>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      credentials: 'same-origin',
      headers: {
        accept: 'application/json',
        'x-pathmedic-console': '1',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    return { ok: false, status: 0, words: 'No answer from the coordinator.', reason: null };
  }
  const text = await response.text().catch(() => '');
  let content: (T & ProblemFields) | null = null;
  try {
    content = fromServer(text === '' ? '{}' : text);
  } catch {
    // Not ours: a proxy's page, or half an answer.
  }
  if (!response.ok || content === null) return refusal(response.status, content);
  return { ok: true, value: content };
}

/** What is read of a problem document; each field with a fallback. */
interface ProblemFields {
  title?: string;
  detail?: string;
  reason?: string;
}

function refusal(status: number, problem: ProblemFields | null): Answer<never> {
  const words = problem?.detail ?? problem?.title ?? `The coordinator answered ${status}.`;
  return { ok: false, status, words, reason: problem?.reason ?? null };
}
