import { useEffect, useState } from 'preact/hooks';
import type { Answer } from './api.ts';
import { request } from './api.ts';
import { goToLogin } from './session.ts';

/** What a page shows of something it asks for again and again. */
export interface Polled<T> {
  value: T | null;
  /** Why the last answer did not come; null when it did. The value before stays. */
  trouble: string | null;
  refresh(): void;
}

/** Asks every `everyMs` while the page is visible, and at once when it becomes so. */
export function usePolled<T>(path: string, everyMs: number): Polled<T> {
  const [value, setValue] = useState<T | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [round, setRound] = useState(0);

  useEffect(() => {
    let stopped = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (): Promise<void> => {
      clearTimeout(timer);
      const answer: Answer<T> = await request('GET', path);
      if (stopped) return;
      if (answer.ok) setValue(answer.value);
      else if (answer.status === 401) goToLogin();
      setTrouble(answer.ok ? null : answer.words);
      if (!document.hidden) timer = setTimeout(() => void ask(), everyMs);
    };
    const onVisible = (): void => {
      if (!document.hidden) void ask();
    };
    document.addEventListener('visibilitychange', onVisible);
    void ask();
    return () => {
      stopped = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [path, everyMs, round]);

  return { value, trouble, refresh: () => setRound((before) => before + 1) };
}
