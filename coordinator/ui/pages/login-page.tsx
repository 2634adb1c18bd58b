import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Me } from '@pathmedic/shared/contract/console.ts';
import { request } from '../live/api.ts';
import { navigate } from '../live/route.ts';
import { useSession } from '../live/session.ts';
import { Icon } from '../parts/icon.tsx';

/** Login with a static token; leads back to where somebody wanted to go. */
export function LoginPage({ next }: { next: string }): JSX.Element {
  const { setMe } = useSession();
  const [token, setToken] = useState('');
  const [trouble, setTrouble] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function logIn(event: Event): Promise<void> {
    event.preventDefault();
    setBusy(true);
    const answer = await request<Me>('POST', '/v1/login', { token });
    setBusy(false);
    if (!answer.ok) {
      setTrouble(answer.words);
      return;
    }
    setMe(answer.value);
    navigate(next);
  }

  return (
    <main class="login">
      <form class="card login-card" onSubmit={(event) => void logIn(event)}>
        <h1 class="login-brand">
          <span class="brand-mark">
            <Icon name="pulse" size={22} />
          </span>
          pathmedic
        </h1>
        <p class="dim">Incidents of this cluster's network, and what is done about them.</p>
        <label for="token">Access token</label>
        <input
          id="token"
          type="password"
          autocomplete="current-password"
          required
          value={token}
          aria-describedby={trouble === null ? undefined : 'trouble'}
          onInput={(event) => setToken(event.currentTarget.value)}
        />
        {trouble !== null && (
          <p id="trouble" class="trouble" role="alert">
            <Icon name="alert" size={14} /> {trouble}
          </p>
        )}
        <button type="submit" class="button primary" disabled={busy || token.trim() === ''}>
          Log in
        </button>
      </form>
    </main>
  );
}
