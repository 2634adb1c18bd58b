import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Me } from '@pathmedic/shared/contract/console.ts';
import { navigate } from './route.ts';

/** Who is logged in; null while that is not known. */
export const SessionContext = createContext<{ me: Me | null; setMe(me: Me | null): void }>({
  me: null,
  setMe: () => undefined,
});

export function useSession(): { me: Me | null; setMe(me: Me | null): void } {
  return useContext(SessionContext);
}

/** Leaves for the login and comes back here afterwards. */
export function goToLogin(): void {
  if (location.pathname === '/login') return;
  navigate(`/login?next=${encodeURIComponent(location.pathname)}`);
}
